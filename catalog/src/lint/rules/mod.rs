//! The rules, one file each. A rule's documentation comment is its page: the title, why, what to do, and examples, which
//! are its tests (`~~~bad LINE` and `~~~good`; what does not begin with `---` stands below a front matter that is well).

mod headings;

/// Lists the rules, by their files.
macro_rules! rules {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*

        /// All rules.
        pub(super) static RULES: &[crate::lint::Rule] = &[
            $(crate::lint::Rule { file: include_str!(concat!(stringify!($module), ".rs")), ..$module::RULE }),*
        ];
    };
}

rules! {
    // Metadata
    title_missing,
    id_missing,
    description_missing,
    techniques_missing,
    data_sources_missing,
    tags_missing,
    id_not_text,
    title_blanks,
    technique_placeholder,
    technique_malformed,
    technique_unknown,
    technique_revoked,
    tactic_unknown,
    field_not_a_list,
    yaml_null,
    yaml_date,
    yaml_duplicate_key,
    hunting_missing,
    hunting_not_kept,
    tags_not_kept,
    kernel_missing,
    kernel_not_allowed,
    value_read_otherwise,
    placeholder_metadata,
    technique_repeated,
    tactic_without_technique,
    data_source_not_named,
    data_source_not_read,
    // Structure
    placeholder_text,
    block_break_not_json,
    headings_skip,
    title_twice,
    section_empty,
    section_missing,
    sections_out_of_order,
    summary_long,
    guidance_open,
    // Tags
    tag_hyphenated,
    tags_not_list,
    parameters_tag_missing,
    tag_misspelt,
    parameters_twice,
    parameters_late,
    injected_committed,
    tags_contradict,
    // Code
    python_syntax,
    name_undefined,
    parameter_unread,
    tenant_assigned_again,
    tenant_fixed,
    query_without_tenant,
    query_without_look_back,
    query_without_limit,
    window_fixed,
    cache_without_assign,
    writes_when_run,
    path_absolute,
    import_unavailable,
    outputs_committed,
    cell_long,
    // Safety
    secret_in_file,
    name_in_file,
    pickle_read,
    shell_reaches_out,
}
