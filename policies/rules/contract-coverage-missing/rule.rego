package matchmark.rules.contract_coverage_missing

# Where a contract shows some cases, `contract/edge-uncovered` names each that it leaves out.
deny contains finding if {
	some shown in input.contracts
	shown.positive == 0
	shown.negative == 0
	finding := {
		"subject": shown.partner,
		"pointer": shown.pointer,
		"kind": shown.operation,
		"args": {"operation": shown.operation, "edges": shown.missing_edges},
	}
}
