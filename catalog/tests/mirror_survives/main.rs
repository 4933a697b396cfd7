//! What a mirror and the catalog behind it survive, each against a real git server on loopback: the last good state stays
//! served and says how old it is.
//!
//! The children that fetch, and those that are killed, are this program itself, so it has a `main` of its own.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "clippy knows of tests only, not of what they share"
)]

#[path = "../library_fixture/documents.rs"]
mod documents;
#[path = "../library_fixture/mod.rs"]
mod library_fixture;
#[macro_use]
#[path = "../mirror_fixture/mod.rs"]
mod mirror_fixture;

mod content;
mod damage;
mod history;
mod killed;
mod scene;
mod ssh;

use mirror_fixture::program::list_or_run;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("child") => catalog::mirror::child::run(),
        Some("sync") => {
            killed::sync(&arguments[1], &arguments[2], &arguments[3]);
            ExitCode::SUCCESS
        }
        argument => list_or_run(TESTS, argument),
    }
}

tests! {
    history::a_forced_push_is_followed_and_what_copies_name_stays
    history::a_pinned_commit_is_served_until_it_is_purged
    history::tags_are_known_as_far_as_the_branch_reaches_them
    history::a_deleted_branch_leaves_the_last_state
    history::a_renamed_branch_is_followed_where_none_is_named
    history::a_repository_may_be_empty_and_is_served_on_when_it_becomes_so
    history::proposals_are_fetched_beside_the_branch_and_go_with_their_references
    history::a_proposal_that_is_too_large_keeps_nobody_from_the_branch
    damage::a_corrupt_pack_is_cloned_anew_and_the_pinned_history_with_it
    damage::a_damaged_file_is_cloned_anew_once_a_sync
    damage::a_file_that_the_repository_itself_misses_harms_no_other
    damage::a_remote_that_misses_a_file_leaves_the_last_state
    damage::a_remote_that_stalls_cuts_spoils_or_lies_leaves_the_last_state
    damage::a_full_disk_leaves_the_last_state
    content::links_submodules_and_odd_names_are_in_nobodys_way
    content::a_file_of_gigabytes_is_told_and_never_read
    content::a_push_costs_what_it_changed_among_a_thousand_and_a_hundred_thousand_files
    ssh::a_repository_over_ssh_is_cloned_and_fetched
    ssh::a_forced_push_over_ssh_is_followed_and_what_copies_name_stays
    ssh::a_corrupt_pack_is_cloned_anew_over_ssh
    ssh::a_remote_that_stalls_or_cuts_over_ssh_leaves_the_last_state
    killed::a_sync_killed_at_200_moments_leaves_a_whole_index
}
