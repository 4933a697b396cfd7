//! Mirrors of real repositories: brought up to date, walked, read.

#![cfg(feature = "mirror")]
#![allow(clippy::unwrap_used, clippy::print_stdout)] // Tests all the way down.

mod mirror_fixture;

use catalog::mirror::{BRANCH, BlobId, Content, Mirror, MirrorError, SkippedBecause, update};
use catalog::repository::Location;
use mirror_fixture::{Origin, changes, every, git_command, repository, walk};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;

#[test]
fn a_clone_has_the_tip_and_the_bytes_of_every_file() {
    let origin = Origin::new();
    origin.write("hunts/a.md", "alpha\r\n");
    origin.write("hunts/deep/b.md", [0xff, 0x00, b'\n']);
    let commit = origin.commit("Add two hunts");
    let mirror = origin.mirror();
    assert_eq!(mirror.tip().unwrap(), Some(commit));
    let files = mirror.files(commit, &every).unwrap();
    let paths: Vec<_> = files.files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["hunts/a.md", "hunts/deep/b.md"]);
    assert_eq!(mirror.blob(files.files[0].1, 100).unwrap(), Content::Bytes(b"alpha\r\n".to_vec()));
    assert_eq!(mirror.blob(files.files[1].1, 100).unwrap(), Content::Bytes(vec![0xff, 0x00, b'\n']));
    assert_eq!(mirror.entry_at(commit, "hunts/deep/b.md").unwrap(), Some(files.files[1].1));
    assert!(!origin.mirror_path().join("hunts").exists(), "a mirror is never a checkout");
}

#[test]
fn a_commit_is_told_with_who_when_and_what() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    origin.git(["add", "--all"]);
    origin.git(["commit", "--quiet", "--message", "Look for *lsass* reads\n\nBecause of the report."]);
    let mirror = origin.mirror();
    let commit = mirror.commit(origin.tip()).unwrap();
    assert_eq!(commit.subject, "Look for *lsass* reads");
    assert_eq!(
        (commit.author.name.as_str(), commit.author.email.as_str()),
        ("Ada Hunter", "ada@example.org")
    );
    assert_eq!(commit.committer.name, "Grace Lead");
    assert_eq!(commit.author.offset_minutes, 120);
    assert!(commit.author.when_seconds > 1_600_000_000);
    assert_eq!(commit.parents, []);
}

#[test]
fn the_first_commit_adds_everything_and_later_ones_what_they_changed() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    origin.write("b/b.md", "b");
    let first = origin.commit("one");
    origin.write("b/b.md", "bb");
    origin.write("c.md", "c");
    std::fs::remove_file(origin.path().join("a.md")).unwrap();
    let second = origin.commit("two");
    let mirror = origin.mirror();
    let told = walk(&mirror, None, second);
    assert_eq!(told.iter().map(|told| told.commit.id).collect::<Vec<_>>(), [first, second]);
    assert_eq!(changes(&told[0]), ["A a.md", "A b/b.md"]);
    assert_eq!(changes(&told[1]), ["D a.md", "M b/b.md", "A c.md"]);
    assert_eq!(told[1].changes[1].before, Some(origin.blob("HEAD~:b/b.md")));
    assert_eq!(told[1].changes[1].after, Some(origin.blob("HEAD:b/b.md")));
}

#[test]
fn only_what_is_new_since_a_commit_is_walked() {
    let origin = Origin::new();
    let ids: Vec<_> = (0..5)
        .map(|step| {
            origin.write("a.md", format!("{step}"));
            origin.commit("step")
        })
        .collect();
    let mirror = origin.mirror();
    let told: Vec<_> = walk(&mirror, Some(ids[2]), ids[4]).into_iter().map(|told| told.commit.id).collect();
    assert_eq!(told, ids[3..]);
    assert_eq!(walk(&mirror, Some(ids[4]), ids[4]), []);
}

#[test]
fn a_walk_ends_when_the_listener_says_so() {
    let origin = Origin::new();
    for step in 0..3 {
        origin.write("a.md", format!("{step}"));
        origin.commit("step");
    }
    let mirror = origin.mirror();
    let mut told = 0;
    mirror
        .walk(None, origin.tip(), &every, &mut |_, _| {
            told += 1;
            ControlFlow::Break(())
        })
        .unwrap();
    assert_eq!(told, 1);
}

#[test]
fn a_merge_tells_only_what_it_has_otherwise_than_both_sides() {
    let origin = Origin::new();
    origin.write("both.md", "1\n\n\n\n2\n");
    origin.write("ours.md", "a");
    origin.write("theirs.md", "a");
    origin.write("gone.md", "a");
    origin.commit("base");
    origin.git(["checkout", "--quiet", "-b", "side"]);
    origin.write("both.md", "1\n\n\n\nside\n");
    origin.write("theirs.md", "side");
    origin.commit("side");
    origin.git(["checkout", "--quiet", "main"]);
    origin.write("both.md", "main\n\n\n\n2\n");
    origin.write("ours.md", "main");
    origin.commit("main");
    origin.git(["merge", "--quiet", "--no-commit", "side"]);
    origin.write("evil.md", "slipped in");
    std::fs::remove_file(origin.path().join("gone.md")).unwrap();
    let merge = origin.commit("merge");
    let mirror = origin.mirror();
    let told = walk(&mirror, None, merge);
    let last = told.last().unwrap();
    assert_eq!(last.commit.parents.len(), 2);
    assert_eq!(changes(last), ["M both.md", "A evil.md", "D gone.md"]);
    assert_eq!(last.changes[0].before, Some(origin.blob("HEAD^1:both.md")));
}

#[test]
fn the_walk_agrees_with_git_on_a_history_of_many_merges() {
    let origin = Origin::new();
    for step in 0..40 {
        let side = step % 3 == 1;
        if side {
            origin.git(["checkout", "--quiet", "-B", "side"]);
        }
        for file in 0..4 {
            origin.write(
                &format!("d{}/f{}.md", (step * 7 + file) % 5, (step + file * 3) % 11),
                format!("{step} {file}"),
            );
        }
        if step % 5 == 4 {
            origin.git(["rm", "--quiet", "-r", "--force", &format!("d{}", step % 5), "--ignore-unmatch"]);
        }
        origin.commit("step");
        if step % 3 == 2 {
            origin.git(["checkout", "--quiet", "main"]);
            origin.git([
                "merge",
                "--quiet",
                "--no-ff",
                "--strategy-option=theirs",
                "--message",
                "merge",
                "side",
            ]);
        }
    }
    let mirror = origin.mirror();
    let tip = mirror.tip().unwrap().unwrap();
    for told in walk(&mirror, None, tip) {
        let id = told.commit.id.to_string();
        let names = origin.git([
            "diff-tree",
            "-r",
            "-c",
            "--root",
            "--no-commit-id",
            "--name-only",
            "--no-renames",
            &id,
        ]);
        let mut expected: Vec<_> = names.lines().map(str::to_owned).collect();
        expected.sort();
        let paths: Vec<_> = told.changes.iter().map(|change| change.path.clone()).collect();
        assert_eq!(paths, expected, "commit {id}");
    }
}

#[test]
fn a_forced_push_is_followed_and_noticed() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    let base = origin.commit("base");
    origin.write("a.md", "b");
    let old = origin.commit("old");
    let mirror = origin.mirror();
    origin.git(["reset", "--quiet", "--hard", &base.to_string()]);
    origin.write("a.md", "c");
    let new = origin.commit("new");
    let updated = origin.try_update().unwrap();
    assert_eq!((updated.before, updated.tip), (Some(old), Some(new)));
    assert_eq!(mirror.tip().unwrap(), Some(new));
    assert!(!mirror.is_ancestor(old, new).unwrap());
    assert!(mirror.is_ancestor(base, new).unwrap());
    assert!(mirror.is_ancestor(new, new).unwrap());
    assert!(mirror.commit(old).is_ok(), "what a copy names is still there");
}

#[test]
fn links_and_submodules_are_not_files_and_becoming_one_is_a_deletion() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    origin.write("b.md", "b");
    origin.commit("files");
    std::fs::remove_file(origin.path().join("a.md")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", origin.path().join("a.md")).unwrap();
    origin.commit("link");
    let gitlink = format!("160000,{},sub.md", origin.tip());
    origin.git(["update-index", "--add", "--cacheinfo", &gitlink]);
    origin.git(["commit", "--quiet", "--message", "submodule"]);
    let tip = origin.tip();
    let mirror = origin.mirror();
    let told = walk(&mirror, None, tip);
    assert_eq!(changes(&told[1]), ["D a.md"]);
    assert_eq!(changes(&told[2]), Vec::<String>::new());
    let files = mirror.files(tip, &every).unwrap();
    assert_eq!(files.files.len(), 1);
    let skipped: Vec<_> =
        files.skipped.iter().map(|skipped| (skipped.path.as_str(), skipped.because)).collect();
    assert_eq!(skipped, [("a.md", SkippedBecause::Symlink), ("sub.md", SkippedBecause::Submodule)]);
    assert_eq!(mirror.entry_at(tip, "a.md").unwrap(), None);
    assert_eq!(mirror.entry_at(tip, "sub.md").unwrap(), None);
}

#[test]
fn a_name_that_is_not_utf8_is_noted_and_the_rest_is_read() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    origin.git(["add", "--all"]);
    let blob = origin.git(["rev-parse", ":a.md"]);
    let mut line = format!("100644 {blob}\tb").into_bytes();
    line.extend([0xe9, b'.', b'm', b'd', 0]);
    origin.git_reading(line, ["update-index", "-z", "--index-info"]);
    origin.git(["commit", "--quiet", "--message", "Latin-1"]);
    let mirror = origin.mirror();
    let told = walk(&mirror, None, origin.tip());
    assert_eq!(changes(&told[0]), ["A a.md"]);
    assert_eq!(told[0].skipped.len(), 1);
    assert_eq!(told[0].skipped[0].path, "b\u{fffd}.md");
    assert_eq!(told[0].skipped[0].because, SkippedBecause::NotUtf8);
    assert_eq!(mirror.files(origin.tip(), &every).unwrap().skipped, told[0].skipped);
}

#[test]
fn names_that_differ_only_by_case_or_normalization_are_different_files() {
    let origin = Origin::new();
    for (at, name) in ["A.md", "a.md", "caf\u{e9}.md", "cafe\u{301}.md"].iter().enumerate() {
        origin.write(name, format!("{at}"));
    }
    let tip = origin.commit("twins");
    assert_eq!(origin.mirror().files(tip, &every).unwrap().files.len(), 4);
}

#[test]
fn a_changed_permission_alone_is_told_with_the_same_blob_twice() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    origin.commit("file");
    origin.git(["update-index", "--chmod=+x", "a.md"]);
    origin.git(["commit", "--quiet", "--message", "mode"]);
    let mirror = origin.mirror();
    let told = walk(&mirror, None, origin.tip());
    assert_eq!(changes(&told[1]), ["M a.md"]);
    assert_eq!(told[1].changes[0].before, told[1].changes[0].after);
}

#[test]
fn a_file_that_becomes_a_folder_is_deleted_and_its_files_are_added() {
    let origin = Origin::new();
    origin.write("a", "a");
    origin.write("a.md", "a");
    origin.commit("file");
    std::fs::remove_file(origin.path().join("a")).unwrap();
    origin.write("a/b.md", "b");
    let tip = origin.commit("folder");
    assert_eq!(changes(&walk(&origin.mirror(), None, tip)[1]), ["D a", "A a/b.md"]);
}

#[test]
fn a_deleted_branch_is_an_error_and_the_last_state_stays() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    let tip = origin.commit("one");
    origin.git(["checkout", "--quiet", "-b", "release"]);
    let mut repository = origin.repository();
    repository.branch = Some("release".to_owned());
    update(&repository, &origin.mirror_path(), &mut |_| true).unwrap();
    origin.git(["checkout", "--quiet", "main"]);
    origin.git(["branch", "--quiet", "-D", "release"]);
    let error = update(&repository, &origin.mirror_path(), &mut |_| true).unwrap_err();
    assert!(matches!(&error, MirrorError::NoBranch { branch, .. } if branch == "release"));
    assert!(
        error.to_string().ends_with("has no branch `release` (it has: main); what was mirrored last stays")
    );
    assert_eq!(origin.open().unwrap().tip().unwrap(), Some(tip));
}

#[test]
fn an_empty_repository_has_no_tip_until_something_is_pushed() {
    let origin = Origin::new();
    let mut named = origin.repository();
    named.branch = Some("main".to_owned());
    let updated = update(&named, &origin.mirror_path(), &mut |_| true).unwrap();
    assert_eq!((updated.tip, updated.branch, updated.cloned), (None, None, true));
    assert_eq!(origin.try_update().unwrap().tip, None);
    assert_eq!(origin.open().unwrap().tip().unwrap(), None);
    assert_eq!(origin.open().unwrap().resolve("abcd").unwrap(), None);
    origin.write("a.md", "a");
    let tip = origin.commit("first");
    assert_eq!(origin.mirror().tip().unwrap(), Some(tip));
}

#[test]
fn a_repository_that_loses_its_last_branch_keeps_its_last_state() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    let tip = origin.commit("one");
    origin.mirror();
    origin.git(["update-ref", "-d", "refs/heads/main"]);
    assert!(matches!(origin.try_update(), Err(MirrorError::NoBranch { .. })));
    assert_eq!(origin.open().unwrap().tip().unwrap(), Some(tip));
}

#[test]
fn the_branch_is_the_configured_one_else_the_one_of_head() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    let on_main = origin.commit("one");
    origin.git(["checkout", "--quiet", "-b", "team/next"]);
    origin.write("a.md", "b");
    let on_next = origin.commit("two");
    let updated = origin.try_update().unwrap();
    assert_eq!((updated.branch.as_deref(), updated.tip), (Some("team/next"), Some(on_next)));
    let mut repository = origin.repository();
    repository.branch = Some("main".to_owned());
    let updated = update(&repository, &origin.mirror_path(), &mut |_| true).unwrap();
    assert_eq!((updated.branch.as_deref(), updated.tip), (Some("main"), Some(on_main)));
    origin.git(["checkout", "--quiet", "--detach"]);
    assert_eq!(origin.try_update().unwrap().branch.as_deref(), Some("main"));
}

#[test]
fn packed_branches_and_a_repack_are_followed() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    origin.commit("one");
    let mirror = origin.mirror();
    origin.git(["pack-refs", "--all"]);
    origin.write("a.md", "b");
    origin.commit("two");
    origin.git(["repack", "-a", "-d", "--quiet"]);
    origin.git(["pack-refs", "--all"]);
    origin.git(["prune-packed", "--quiet"]);
    origin.try_update().unwrap();
    assert_eq!(mirror.tip().unwrap(), Some(origin.tip()));
    assert_eq!(walk(&mirror, None, origin.tip()).len(), 2);
}

#[test]
fn a_repository_that_borrows_objects_is_mirrored_in_full() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    let tip = origin.commit("one");
    let borrower = origin.folder.path().join("borrower");
    origin.git(["clone", "--quiet", "--shared", ".", borrower.to_str().unwrap()]);
    let mirror = origin.folder.path().join("mirrors/borrower.git");
    update(&repository(Location::Path(borrower)), &mirror, &mut |_| true).unwrap();
    drop(std::fs::remove_dir_all(origin.path()));
    let mirror = Mirror::open(&mirror).unwrap().unwrap();
    assert_eq!(walk(&mirror, None, tip).len(), 1);
    assert_eq!(mirror.files(tip, &every).unwrap().files.len(), 1);
}

#[test]
fn a_linked_working_tree_is_mirrored_with_its_own_head() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    origin.commit("one");
    let linked = origin.folder.path().join("linked");
    origin.git(["worktree", "add", "--quiet", "-b", "other", linked.to_str().unwrap()]);
    let mirror = origin.folder.path().join("mirrors/linked.git");
    let updated = update(&repository(Location::Path(linked)), &mirror, &mut |_| true).unwrap();
    assert_eq!(updated.branch.as_deref(), Some("other"));
}

#[test]
fn a_shallow_clone_is_mirrored_as_far_as_it_reaches() {
    let origin = Origin::new();
    for step in 0..4 {
        origin.write(&format!("{step}.md"), "a");
        origin.commit("step");
    }
    let shallow = origin.folder.path().join("shallow");
    let url = format!("file://{}", origin.path().display());
    origin.git(["clone", "--quiet", "--depth", "2", &url, shallow.to_str().unwrap()]);
    let mirror = origin.folder.path().join("mirrors/shallow.git");
    update(&repository(Location::Path(shallow)), &mirror, &mut |_| true).unwrap();
    let mirror = Mirror::open(&mirror).unwrap().unwrap();
    let told = walk(&mirror, None, origin.tip());
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].changes.len(), 3, "all is new at the border");
}

#[test]
fn what_is_no_repository_is_refused_with_a_reason() {
    let origin = Origin::new();
    let refuse = |path: &Path, reason: &str| {
        let error =
            update(&repository(Location::Path(path.to_owned())), &origin.mirror_path(), &mut |_| true);
        let text = error.unwrap_err().to_string();
        assert!(text.contains(reason), "{text}");
        assert!(origin.open().is_none());
    };
    refuse(&origin.folder.path().join("nowhere"), "there is no such folder");
    refuse(origin.folder.path(), "is not a git repository");
    origin.write("a.md", "a");
    refuse(&origin.path().join("a.md"), "is a file");
    let sha256 = origin.folder.path().join("sha256");
    origin.git(["init", "--quiet", "--object-format=sha256", sha256.to_str().unwrap()]);
    refuse(&sha256, "SHA-256");
    let reftable = origin.folder.path().join("reftable");
    origin.git(["init", "--quiet", "--ref-format=reftable", reftable.to_str().unwrap()]);
    refuse(&reftable, "reftable");
}

#[test]
fn what_a_killed_clone_left_is_no_mirror_and_is_cleared() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    origin.commit("one");
    let leftover = origin.folder.path().join("mirrors/playbook.git.tmp-4242");
    std::fs::create_dir_all(leftover.join("objects/pack")).unwrap();
    std::fs::write(leftover.join("objects/pack/tmp_pack_x"), "half").unwrap();
    std::fs::write(origin.folder.path().join("mirrors/playbook.git.lock"), "").unwrap();
    let other = origin.folder.path().join("mirrors/playbook.git.tmp-1.git");
    std::fs::create_dir_all(&other).unwrap();
    assert!(origin.open().is_none());
    assert!(!leftover.exists(), "opening clears it");
    std::fs::create_dir_all(&leftover).unwrap();
    origin.try_update().unwrap();
    assert!(!leftover.exists(), "updating clears it");
    assert!(other.exists(), "another mirror's is not ours to clear");
}

#[test]
fn what_a_killed_fetch_left_in_the_mirror_is_in_nobodys_way() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    origin.commit("one");
    origin.mirror();
    let inside = |name: &str| origin.mirror_path().join(name);
    let left = [
        "refs/huntshelf/branch.lock",
        "packed-refs.lock",
        "objects/pack/pack_git2_a1b2c3",
        "objects/pack/pack-1234567890123456789012345678901234567890.idx",
        "objects/pack/pack-0987654321098765432109876543210987654321.pack",
    ];
    for name in left {
        std::fs::write(inside(name), "half").unwrap();
    }
    origin.write("a.md", "b");
    let tip = origin.commit("two");
    assert_eq!(origin.mirror().tip().unwrap(), Some(tip));
    assert_eq!(left.map(|name| inside(name).exists()), [false; 5]);
}

#[test]
fn a_clone_that_goes_on_elsewhere_is_left_alone_when_opening() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    origin.commit("one");
    let half = origin.folder.path().join("mirrors/playbook.git.tmp-4242");
    std::fs::create_dir_all(&half).unwrap();
    let lock = std::fs::File::create(origin.folder.path().join("mirrors/playbook.git.lock")).unwrap();
    lock.lock().unwrap();
    assert!(origin.open().is_none());
    assert!(half.exists());
}

#[test]
fn a_mirror_that_is_damaged_is_made_anew() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    let tip = origin.commit("one");
    let mirror = origin.mirror();
    std::fs::remove_dir_all(origin.mirror_path().join("objects")).unwrap();
    std::fs::create_dir(origin.mirror_path().join("objects")).unwrap();
    let updated = origin.try_update().unwrap();
    assert!(updated.cloned);
    assert_eq!(walk(&mirror, None, tip).len(), 1, "open mirrors go over to the new one");
}

#[test]
fn a_mirror_in_very_many_packs_is_made_anew_and_says_what_was_before() {
    let origin = Origin::new();
    for step in 0..52 {
        origin.write("a.md", format!("{step}"));
        origin.commit("step");
        origin.git(["repack", "-d", "--quiet"]);
    }
    let before = origin.mirror().tip().unwrap();
    origin.git(["repack", "-a", "-d", "--quiet"]);
    let updated = origin.try_update().unwrap();
    assert!(updated.cloned);
    assert_eq!(updated.before, before);
    let packs = std::fs::read_dir(origin.mirror_path().join("objects/pack")).unwrap().count();
    assert_eq!(packs, 2, "one pack and its index");
    assert!(!origin.try_update().unwrap().cloned);
}

#[test]
fn an_update_can_be_stopped() {
    let origin = Origin::new();
    for file in 0..300 {
        origin.write(&format!("{file}.md"), format!("{file}"));
    }
    origin.commit("many");
    let error = update(&origin.repository(), &origin.mirror_path(), &mut |_| false).unwrap_err();
    assert!(matches!(error, MirrorError::Stopped));
    assert!(origin.open().is_none());
}

#[test]
fn nothing_of_the_mirror_is_shared_that_git_would_ever_change() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    origin.commit("one");
    let mirror = origin.mirror();
    origin.git(["gc", "--quiet", "--prune=now"]);
    origin.git(["update-ref", "refs/heads/other", "HEAD"]);
    std::fs::remove_dir_all(origin.path()).unwrap();
    let tip = mirror.tip().unwrap().unwrap();
    assert_eq!(mirror.files(tip, &every).unwrap().files.len(), 1);
    let mut fsck = git_command(origin.folder.path());
    assert!(fsck.current_dir(origin.mirror_path()).args(["fsck", "--strict"]).status().unwrap().success());
}

#[test]
fn short_ids_name_commits_of_the_branch_only() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    let base = origin.commit("base");
    origin.write("a.md", "b");
    let dropped = origin.commit("dropped");
    let mirror = origin.mirror();
    assert_eq!(mirror.resolve(&dropped.short(12)).unwrap(), Some(dropped));
    origin.git(["reset", "--quiet", "--hard", &base.to_string()]);
    origin.try_update().unwrap();
    assert_eq!(mirror.resolve(&dropped.to_string()).unwrap(), None, "there, but no longer of the branch");
    assert_eq!(mirror.resolve(&base.to_string().to_uppercase()).unwrap(), Some(base));
    assert_eq!(mirror.resolve(&base.short(4)).unwrap(), Some(base));
    let blob = origin.blob("HEAD:a.md").to_string();
    assert_eq!(mirror.resolve(&blob).unwrap(), None, "a file is no commit");
    for nonsense in ["", "abc", "HEAD", "main", "../../x", "é€😀", &"a".repeat(41)] {
        assert!(matches!(mirror.resolve(nonsense), Err(MirrorError::NotACommitId(_))), "{nonsense}");
    }
}

#[test]
fn a_short_id_of_several_commits_is_told_as_such() {
    let origin = Origin::new();
    let mut stream = String::new();
    for step in 0..2000 {
        let when = 1_600_000_000 + step;
        writeln!(stream, "commit refs/heads/main\ncommitter A <a@b> {when} +0000\ndata 1\nx").unwrap();
    }
    origin.git_reading(stream, ["fast-import", "--quiet"]);
    let mirror = origin.mirror();
    let mut ids: Vec<_> =
        walk(&mirror, None, mirror.tip().unwrap().unwrap()).iter().map(|told| told.commit.id).collect();
    ids.sort();
    let twins = ids.windows(2).find(|pair| pair[0].short(4) == pair[1].short(4)).expect("2,000 in 65,536");
    let error = mirror.resolve(&twins[0].short(4)).unwrap_err();
    assert!(matches!(error, MirrorError::Ambiguous { count: 2.., .. }), "{error}");
    assert_eq!(mirror.resolve(&twins[0].to_string()).unwrap(), Some(twins[0]));
}

#[test]
fn a_huge_blob_is_told_by_its_size_and_not_inflated() {
    let origin = Origin::new();
    origin.write("huge.md", vec![b'x'; 64 << 20]);
    let tip = origin.commit("huge");
    let mirror = origin.mirror();
    let blob = mirror.entry_at(tip, "huge.md").unwrap().unwrap();
    let start = std::time::Instant::now();
    assert_eq!(mirror.blob(blob, 1 << 20).unwrap(), Content::TooLarge(64 << 20));
    assert!(start.elapsed().as_millis() < 50, "took {:?}", start.elapsed());
}

#[test]
fn blobs_come_once_each_packed_or_loose_and_a_missing_one_stops_nothing() {
    let origin = Origin::new();
    for file in 0..400 {
        origin.write(&format!("{file}.md"), format!("hunt {file}\n").repeat(20));
    }
    origin.commit("packed");
    origin.git(["repack", "-a", "-d", "--quiet"]);
    for file in 400..420 {
        origin.write(&format!("{file}.md"), format!("hunt {file}\n"));
    }
    let tip = origin.commit("loose");
    let mirror = origin.mirror();
    let files = mirror.files(tip, &every).unwrap().files;
    let nothing: BlobId = "1234567890123456789012345678901234567890".parse().unwrap();
    let mut wanted: HashSet<_> = files.iter().map(|(_, blob)| *blob).collect();
    wanted.insert(nothing);
    let mut got = Vec::new();
    let mut missing = Vec::new();
    let mut each = |id, content| {
        match content {
            Content::Bytes(bytes) if !bytes.is_empty() => got.push(id),
            _ => missing.push(id),
        }
        ControlFlow::Continue(())
    };
    mirror.blobs_in_pack_order(&wanted, 1 << 20, &mut each).unwrap();
    assert_eq!(missing, [nothing]);
    assert_eq!(got.len(), 420);
    assert_eq!(got.iter().copied().collect::<HashSet<_>>().len(), 420);
}

#[test]
fn many_threads_read_one_mirror_beside_updates() {
    let origin = Origin::new();
    for file in 0..50 {
        origin.write(&format!("{file}.md"), format!("{file}"));
    }
    let tip = origin.commit("files");
    let mirror = origin.mirror();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let files = mirror.files(tip, &every).unwrap().files;
                    assert!(
                        files
                            .iter()
                            .all(|(_, id)| matches!(mirror.blob(*id, 10).unwrap(), Content::Bytes(_)))
                    );
                }
            });
        }
        for step in 0..10 {
            origin.write("0.md", format!("again {step}"));
            origin.commit("more");
            origin.try_update().unwrap();
        }
    });
    assert_eq!(mirror.tip().unwrap(), Some(origin.tip()));
}

#[test]
fn a_hostile_tree_is_read_within_bounds() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    origin.git(["add", "--all"]);
    let blob = origin.git(["rev-parse", ":a.md"]);
    // Names that git would not check out.
    let raw = |entries: &[(&str, &str)]| -> Vec<u8> {
        let mut bytes = Vec::new();
        for (mode_and_name, id) in entries {
            bytes.extend(mode_and_name.bytes());
            bytes.push(0);
            bytes.extend((0..20).map(|at| u8::from_str_radix(&id[2 * at..2 * at + 2], 16).unwrap()));
        }
        bytes
    };
    let write = |bytes: Vec<u8>| {
        origin.git_reading(bytes, ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"])
    };
    let nasty = write(raw(&[
        ("100644 z.md", &blob),
        ("100644 ..", &blob),
        ("100644 a.md", &blob),
        ("100644 a.md", &blob),
        ("100644 ../../escape.md", &blob),
        ("40000 .GIT", &blob),
        ("100644 new\nline.md", &blob),
    ]));
    let commit = origin.git(["commit-tree", &nasty, "-m", "nasty"]);
    origin.git(["update-ref", "refs/heads/main", &commit]);
    let mirror = origin.mirror();
    let files = mirror.files(commit.parse().unwrap(), &every).unwrap();
    assert_eq!(files.files.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["a.md", "z.md"]);
    assert_eq!(files.skipped.len(), 4);
    assert!(files.skipped.iter().all(|skipped| skipped.because == SkippedBecause::BadName));

    // The same tree ten times in a tree, ten levels deep: kilobytes that list as ten thousand million files.
    let mut tree = write(raw(&[("100644 a.md", &blob)]));
    for _ in 0..10 {
        let names: Vec<_> = (0..10).map(|name| format!("40000 {name}")).collect();
        tree = write(raw(&names.iter().map(|name| (name.as_str(), tree.as_str())).collect::<Vec<_>>()));
    }
    let bomb = origin.git(["commit-tree", &tree, "-m", "bomb"]);
    origin.git(["update-ref", "refs/heads/main", &bomb]);
    origin.try_update().unwrap();
    let error = mirror.files(bomb.parse().unwrap(), &|_| false).unwrap_err();
    assert!(matches!(error, MirrorError::Excessive { .. }));

    // A folder in a folder, a thousand times.
    let mut tree = write(raw(&[("100644 a.md", &blob)]));
    for _ in 0..1000 {
        tree = write(raw(&[("40000 d", tree.as_str())]));
    }
    let deep = origin.git(["commit-tree", &tree, "-m", "deep"]);
    origin.git(["update-ref", "refs/heads/main", &deep]);
    origin.try_update().unwrap();
    let files = mirror.files(deep.parse().unwrap(), &every).unwrap();
    assert_eq!(files.files, []);
    assert_eq!(files.skipped[0].because, SkippedBecause::TooDeep);
}

#[test]
fn a_commit_that_others_would_choke_on_is_told() {
    let origin = Origin::new();
    let tree = origin.git_reading("", ["mktree"]);
    let mut commit = format!("tree {tree}\nauthor Jos").into_bytes();
    commit.extend([0xe9]);
    commit.extend(b" <jose@example.org> 1600000000 -0330\ncommitter  <> 1600000000 +0000\nencoding ISO-8859-1\n\n\n\ncaf");
    commit.extend([0xe9, b'\n']);
    let id = origin.git_reading(commit, ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"]);
    origin.git(["update-ref", "refs/heads/main", &id]);
    let commit = origin.mirror().commit(id.parse().unwrap()).unwrap();
    assert_eq!(commit.author.name, "José");
    assert_eq!(commit.author.offset_minutes, -210);
    assert_eq!(commit.subject, "café");
}

#[test]
fn the_branch_of_a_mirror_is_where_the_design_says() {
    let origin = Origin::new();
    origin.write("a.md", "a");
    let tip = origin.commit("one");
    origin.git(["tag", "v1"]);
    origin.mirror();
    let mut show = git_command(origin.folder.path());
    let output = show.current_dir(origin.mirror_path()).args(["show-ref"]).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        shown,
        format!("{tip} {BRANCH}\n{tip} refs/huntshelf/tags/v1\n"),
        "nothing outside of our own"
    );
}
