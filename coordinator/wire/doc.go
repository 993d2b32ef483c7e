// Package wire is the contract between the coordinator and the printer agents over MQTT 3.1.1: topics, payloads,
// version, quality of service and retention of each topic. Golden files in testdata hold one example of every payload.
//
// Delivery is at least once and effects are exactly once: only Event changes the coordinator's books, under the key
// (agent, outbox, seq). State and telemetry are display and liveness. Payloads are JSON; unknown fields are ignored, so
// that fields may be added without a new version. Topics use [a-z0-9_-] only.
package wire
