package main

import (
	"math"
	"net/url"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/ui"
)

func machineStories() []story {
	return []story{
		{"machine", func(lang string) ui.Page { return ownPrint(lang) }},
		{"machine-ready", func(lang string) ui.Page { return idleMachine(lang) }},
		{"machine-here", func(lang string) ui.Page {
			m := idleMachine(lang)
			m.Here, m.Chain = at(0, 16, 30), ui.ChainOn
			m.Said, m.At = ui.Said(ui.FlashDone, "machine.done_add", map[string]any{"name": "crochet-porte.gcode"}), ui.PartAdd
			return m
		}},
		{"machine-first", func(lang string) ui.Page {
			m := idleMachine(lang)
			m.Files, m.Chain, m.Others, m.Plots = nil, ui.ChainNone, nil, nil
			m.Can = ui.MachineCan{Start: true}
			return m
		}},
		{"machine-plate", func(lang string) ui.Page {
			m := idleMachine(lang)
			m.State, m.Can = ui.StatePlate, ui.MachineCan{Clear: true, Heat: true, Move: true, Filament: true, Console: true}
			m.NoStart, m.Bench = fab.Because("machine.no_start_plate"), ui.MachineBench{Offered: true}
			return m
		}},
		{"machine-bench", func(lang string) ui.Page {
			m := idleMachine(lang)
			m.Here, m.Can = at(0, 16, 30), ui.MachineCan{}
			m.NoStart = fab.Because("machine.no_start_bench")
			m.Bench = ui.MachineBench{Offered: true, Required: true, Running: true, Doing: fab.Because("guard.bench_step_move"), Question: fab.Because("guard.bench_ask_moved")}
			return m
		}},
		{"machine-bench-failed", func(lang string) ui.Page {
			m := idleMachine(lang)
			m.Here, m.Chain, m.LabWaits = at(0, 16, 30), ui.ChainOn, fab.Because("guard.bench_failed")
			m.Bench = ui.MachineBench{Offered: true, Required: true, May: true, At: at(0, 13, 40), Last: fab.Because("guard.bench_no_rise", "part", "nozzle", "actual", int64(24), "target", int64(50))}
			return m
		}},
		{"machine-asks", func(lang string) ui.Page {
			m := ownPrint(lang)
			m.State, m.Can = ui.StatePaused, ui.MachineCan{Resume: true, Cancel: true, Filament: true, Console: true}
			m.Why = fab.Because("machine.done_pause")
			m.Prompt = &ui.Prompt{ID: "p1", Text: "Filament runout <T0>. Load new filament and press Continue.", Choices: []string{"Purge more", "Continue"}}
			return m
		}},
		{"machine-refused", func(lang string) ui.Page {
			m := idleMachine(lang)
			m.At = ui.PartHeat
			m.Form = ui.Form{Values: url.Values{ui.FieldNozzle: {"2100"}}}.Refused(ui.FieldNozzle, "temperature_wrong", map[string]any{"min": 0, "max": 260})
			return m
		}},
		{"machine-stopped", func(lang string) ui.Page {
			m := idleMachine(lang)
			m.State, m.Can, m.Why = ui.StateStopped, ui.MachineCan{Clear: true}, fab.Because("error.machine_halted")
			m.Heaters = []ui.Heater{{Code: "nozzle"}, {Code: "bed"}}
			m.Said, m.At = ui.Said(ui.FlashStop, "machine.stop_unconfirmed", nil), ui.PartAsk
			return m
		}},
		{"machine-list", func(lang string) ui.Page {
			return ui.Machines{Frame: box(lang, "/"), Items: []ui.MachineItem{
				{Key: "tortue", Name: "Tortue", Model: "Ender-3", State: ui.StatePlate, Percent: -1, Heaters: warm(48_000, 0, 31_000, 0)},
				{Key: "orange", Name: "Orange", Model: "MK3S", State: ui.StatePrinting, Percent: 42, Job: "visor-band-x3.gcode", Line: fab.Because("machine.line_left", "d", 70*time.Minute, "at", at(0, 15, 16)), Heaters: warm(239_600, 240_000, 85_000, 85_000)}}}
		}},
		{"machine-list-empty", func(lang string) ui.Page { return ui.Machines{Frame: box(lang, "/")} }},
		{"machine-enter", func(lang string) ui.Page { return ui.MachineEnter{Frame: box(lang, "/enter")} }},
		{"machine-enter-wrong", func(lang string) ui.Page {
			return ui.MachineEnter{Frame: box(lang, "/enter"), Form: ui.Form{}.Refused(ui.FieldSecret, "key_wrong", nil)}
		}},
		{"machine-note", func(lang string) ui.Page {
			return ui.MachineNote{Frame: box(lang, "/"), Status: 403, Why: fab.Because("error.host_unknown")}
		}},
		{"machine-fault", func(lang string) ui.Page {
			return ui.MachineNote{Frame: box(lang, "/"), Status: 500, Reference: "7F3K-9Q2M"}
		}},
	}
}

// box is the frame of the pages that an agent serves.
func box(lang, path string) ui.Frame {
	return ui.Frame{Lang: lang, Path: path, Now: now(), LabName: "Atelier de la Baie"}
}

func warm(nozzle, nozzleTo, bed, bedTo int64) []ui.Heater {
	return []ui.Heater{{Code: "nozzle", Known: true, Milli: nozzle, Target: nozzleTo}, {Code: "bed", Known: true, Milli: bed, Target: bedTo}}
}

func idleMachine(lang string) ui.Machine {
	f := box(lang, "/printer/tortue")
	f.Live = "/printer/tortue/live"
	cold := warm(24_300, 0, 22_800, 0)
	return ui.Machine{
		Frame: f, Token: "t", Key: "tortue", Name: "Tortue", Model: "Creality Ender-3", State: ui.StateReady, Chain: ui.ChainOff,
		Others: []ui.MachineItem{{Key: "orange", Name: "Orange"}}, Heaters: cold, Plots: plots(cold), Till: "16:15", Step: "10",
		Files: []ui.MachineFile{
			{Name: "crochet-porte.gcode", Bytes: 2_480_000, Added: at(0, 13, 58), Seconds: 4980, Newest: true, Filament: "petg"},
			{Name: "support-de-bobine_v3_0.2mm_PLA_ENDER3_2h14m.gcode", Bytes: 812_000, Added: at(-1, 18, 0), Seconds: 8040},
			{Name: "vase.gcode", Bytes: 9_120_000, Added: at(-3, 10, 0), Bad: fab.Because("gcode.too_hot", "want_c", "300", "max_c", "260")}},
		Presets: []ui.Preset{{Material: "pla", Nozzle: 205, Bed: 60}, {Material: "petg", Nozzle: 240, Bed: 85}},
		Can:     ui.MachineCan{Start: true, Heat: true, Move: true, Filament: true, Console: true},
		Console: []ui.ConsoleLine{{Sent: true, Text: "M114"}, {Text: "X:0.00 Y:0.00 Z:5.00 E:0.00 Count X:0 Y:0 Z:2000"}, {Text: "ok"}},
		Facts: ui.Diagnosis{Port: "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0", Baud: 115200, Tuned: true, Dialect: "marlin-2", Firmware: "Marlin 2.1.2.1",
			Window: 3, Lines: 18_240, Resends: 2, AckP50: 4 * time.Millisecond, AckP99: 31 * time.Millisecond, ColdGuard: true},
		Address: "http://192.168.1.20:8082", Seen: now().Add(-time.Second),
	}
}

func ownPrint(lang string) ui.Machine {
	m := idleMachine(lang)
	hot := warm(239_600, 240_000, 84_700, 85_000)
	m.State, m.Heaters, m.Plots, m.Here = ui.StatePrinting, hot, plots(hot), at(0, 16, 30)
	m.Job = &ui.MachineJob{Name: "crochet-porte.gcode", Own: true, Percent: 15, Layer: 12, Layers: 80, Left: 70 * time.Minute, Ends: at(0, 15, 16)}
	m.Can = ui.MachineCan{Pause: true, Cancel: true, ZOffset: true, Flow: true, Speed: true}
	m.Tune = ui.Tuning{OffsetUM: -50, Flow: 100, Speed: 100}
	return m
}

// plots draws ten minutes that end at the temperatures given.
func plots(heaters []ui.Heater) []ui.Plot {
	var all []ui.Plot
	for _, h := range heaters {
		var samples []ui.Sample
		for ago := 10 * time.Minute; ago >= 0; ago -= 2 * time.Second {
			s := ui.Sample{At: now().Add(-ago), Known: ago < 4*time.Minute || ago > 4*time.Minute+40*time.Second, Milli: h.Milli, Target: h.Target}
			if left := (ago - 6*time.Minute).Seconds(); left > 0 && h.Target > 0 {
				s.Milli = h.Milli - int64(float64(h.Milli-24_000)*math.Min(1, left/200))
			}
			s.Milli += int64(600 * math.Sin(ago.Seconds()/9))
			samples = append(samples, s)
		}
		all = append(all, ui.NewPlot(h, samples, now(), 10*time.Minute))
	}
	return all
}
