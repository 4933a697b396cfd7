//! Notebooks to measure with.

use std::fmt::Write;

/// A notebook as hunters write them: front matter, prose, a parameters cell, query cells, tables, lists, guidance.
fn notebook(seed: usize) -> String {
    let mut text = format!(
        "---\njupytext:\n  notebook_metadata_filter: hunting\n  text_representation:\n    extension: .md\n    format_name: myst\n    format_version: 0.13\nkernelspec:\n  display_name: Python 3\n  language: python\n  name: python3\nhunting:\n  title: Service accounts that sign in at night, number {seed}\n  id: hunt-{seed}\n  description: Counts interactive sign-ins of service accounts outside of their hours.\n  attack_technique_ids: [T1078.002, T1021.{:03}]\n  data_sources: [auth, process, netflow]\n  tags: [identity, windows, night]\n  authors:\n  - Ada Example\n  - Bob Example\n---\n\n# Service accounts at night {seed}\n\n```{{code-cell}} ipython3\n:tags: [parameters, remove_cell]\n\nTENANT_ID: str = None  # the tenant's key\nREGION: str = \"charlie\"\nEARLIEST: str = \"-7d\"\n```\n\n",
        seed % 9 + 1
    );
    for section in 0..9 {
        let _ = write!(
            text,
            "+++ {{\"tags\": [\"remove_cell\"]}}\n\nLook at the *stack* first. An account that signs in from one host is dull; one that signs in from {section} hosts is not. \
             See <https://example.com/{seed}/{section}> and `T1078`.\n\n+++\n\n## Step {section}\n\nService accounts are made for machines. Where a person uses one, it is often \
             for convenience, and sometimes for cover.\n\n1. Stack by account.\n2. Stack by host.\n   - keep what is rare\n   - drop what is known\n\n> What is rare is not \
             what is bad.\n\n| account | hosts |\n|---|---:|\n| svc_{section} | {seed} |\n\n```{{code-cell}} ipython3\n:tags: [remove_input]\n\n%%taegis events search -t --tenant \
             $TENANT_ID --region $REGION --assign rows_{section}\nFROM auth\nWHERE target_user_name MATCHES 'svc_.*' AND logon_type = 10\nEARLIEST={{{{ EARLIEST }}}}\n| aggregate count by \
             target_user_name, host_name\n```\n\n"
        );
    }
    text
}

/// A thousand notebooks, or the files of the folder that `HUNTSHELF_BENCH_NOTEBOOKS` names.
pub(crate) fn notebooks() -> Vec<Vec<u8>> {
    let folder = std::env::var_os("HUNTSHELF_BENCH_NOTEBOOKS");
    let Some(folder) = folder else { return (0..1000).map(|seed| notebook(seed).into_bytes()).collect() };
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("the folder is there").flatten().map(|e| e.path()).collect();
    files.sort();
    files.iter().take(1000).filter_map(|path| std::fs::read(path).ok()).collect()
}
