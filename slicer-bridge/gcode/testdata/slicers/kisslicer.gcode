; KISSlicer - PRO
; Linux
; version 1.6.3
; Built: Jan 24 2018, 09:10:05
;
; *** Printer Settings ***
; printer_name = Ender-3
; extension = gcode
; *** Material Settings for Extruder 1 ***
; material_name = PLA
;
; *** G-code Prefix ***
; [mm] mode
G21
; absolute mode
G90
; home the axes
G28
M140 S60
M190 S60
M104 S210
M109 S210
; absolute E
M82
;
; *** Main G-code ***
;
; Reset extruder pos
G92 E0
; BEGIN_LAYER_OBJECT z=0.300 z_thickness=0.300
;
; 'Perimeter', 1.0 [feed mm/s], 30.0 [head mm/s]
G1 X90 Y90 Z0.3 E0 F6000
G1 X110 Y90 E1 F1800
G1 X110 Y110 E2
G1 X90 Y110 E3
G1 X90 Y90 E4
;
; 'Destring/Wipe/Jump Path'
G10
; END_LAYER_OBJECT z=0.300
; BEGIN_LAYER_OBJECT z=0.600 z_thickness=0.300
G1 X90 Y90 Z0.6 F6000
G11
; Reset extruder pos
G92 E0
G1 X110 Y90 E1 F1800
G1 X110 Y110 E2
G1 X90 Y110 E3
G1 X90 Y90 E4
G10
; END_LAYER_OBJECT z=0.600
;
; *** Cooling Extruder 1 to 0 C and Retiring ***
M104 S0
M140 S0
M107
M84
;
; Calculated-during-export Build Time: 0.83 minutes
; Estimated-in-GUI Build Time:         1.23 minutes
;
; Filament used per extruder:
;    Ext #1  =     8.00 mm  (0.019 cm^3)
