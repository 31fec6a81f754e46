package matchmark.rules.drift_unannounced

deny contains finding if {
	some step in input.changes
	some touched in step.touches_closed_consumers
	touched.notified == false
	finding := {
		"subject": step.schema,
		"pointer": step.pointer,
		"kind": touched.consumer,
		"args": {"partner": touched.consumer},
	}
}
