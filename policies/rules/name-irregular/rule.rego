package matchmark.rules.name_irregular

deny contains finding if {
	some s in input.schemas
	not s.entry_case in input.params.cases.entry
	finding := {
		"subject": s.entry,
		"pointer": "/id",
		"kind": "entry",
		"args": {"what": "schema id", "name": s.entry, "wanted": input.params.cases.entry},
	}
}

deny contains finding if {
	some s in input.schemas
	not s.folder_shape in input.params.cases.folder
	finding := {
		"subject": s.id,
		"pointer": "",
		"kind": "version",
		"args": {"what": "version folder", "name": s.folder, "wanted": input.params.cases.folder},
	}
}

deny contains finding if {
	some s in input.schemas
	some file in s.files
	not file.case in input.params.cases.file
	finding := {
		"subject": file.path,
		"pointer": "",
		"kind": "file",
		"args": {"what": "file", "name": file.name, "wanted": input.params.cases.file},
	}
}

deny contains finding if {
	some f in input.fields
	not input.params.own[f.entry]
	not f.case in input.params.cases.field
	finding := {
		"subject": f.schema,
		"pointer": f.pointer,
		"kind": "field",
		"args": {"what": "field", "name": f.name, "wanted": input.params.cases.field},
	}
}

deny contains finding if {
	some f in input.fields
	wanted := input.params.own[f.entry]
	not f.case in wanted
	finding := {
		"subject": f.schema,
		"pointer": f.pointer,
		"kind": "own-field",
		"args": {"what": "field", "name": f.name, "wanted": wanted},
	}
}
