; HEADER_BLOCK_START
; BambuStudio 01.09.07.52
; model printing time: 26s; total estimated time: 6m 9s
; total layer number: 2
; total filament length [mm] : 4.00,3.20
; total filament weight [g] : 0.01,0.01
; HEADER_BLOCK_END

; CONFIG_BLOCK_START
; filament_type = PLA;PLA
; nozzle_diameter = 0.4
; printer_model = Bambu Lab A1 mini
; layer_height = 0.3
; CONFIG_BLOCK_END

; EXECUTABLE_BLOCK_START
G28
M140 S60
M190 S60
M109 S210
G90
G21
M83
; CHANGE_LAYER
; Z_HEIGHT: 0.3
; LAYER_HEIGHT: 0.3
; layer num/total_layer_count: 1/2
; update layer progress
M73 L1
G1 Z.3 F1200
G1 X90 Y90 F12000
; FEATURE: Outer wall
; LINE_WIDTH: 0.45
G1 F1800
G1 X110 E1
G1 Y110 E1
G1 X90 E1
G1 Y90 E1
; WIPE_START
G1 X95 E-.4
; WIPE_END
G1 E-.4 F1800
; CHANGE_LAYER
; Z_HEIGHT: 0.6
; LAYER_HEIGHT: 0.3
; layer num/total_layer_count: 2/2
G2 Z.9 I.86 J.86 P1 F9000
G1 X90 Y90 Z.9
G1 Z.6
G1 E.8 F1800
G1 X110 E.8
G1 Y110 E.8
G1 X90 E.8
G1 Y90 E.8
M104 S0
M140 S0
M106 S0
M84
; EXECUTABLE_BLOCK_END
