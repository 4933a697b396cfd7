use super::paths::check;
use super::*;

#[test]
fn no_path_leads_out_or_into_gits_own_folder() {
    for good in ["a.md", "hunts/windows/run keys.md", "ü/ñ.md", ".github/x.md", "a..b/c.md"] {
        assert!(check(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "/etc/passwd",
        "../a.md",
        "a/../../b.md",
        "a//b.md",
        "a/",
        "./a.md",
        ".git/config",
        "a/.GIT/hooks/post-checkout",
        ".git./config",
        "GIT~1/config",
        ".g\u{200c}it/config",
        ".git::$INDEX_ALLOCATION/config",
        "a\\b.md",
        "a\nb.md",
        "a\0.md",
        "aux.md",
        "a./b.md",
        "a.md ",
    ] {
        assert!(matches!(check(bad), Err(OfferError::Path { .. })), "{bad:?}");
    }
    assert!(check(&format!("{}a.md", "a/".repeat(50))).is_err());
    assert!(check(&"a".repeat(2_000)).is_err());
}

#[test]
fn only_branches_of_our_own_are_made() {
    let mut repository = Repository::parse("/srv/hunts").unwrap();
    repository.branch = Some("huntshelf/main".to_owned());
    for good in ["huntshelf/new/run-keys", "huntshelf/a.b_c"] {
        assert!(check_branch(&repository, good).is_ok(), "{good}");
    }
    let long = format!("huntshelf/{}", "a".repeat(300));
    for bad in [
        "main",
        "huntshelf/",
        "huntshelf",
        "huntshelf/main",
        "huntshelf/../main",
        "huntshelf/a b",
        "huntshelf/a:refs/heads/main",
        "huntshelf/a.lock",
        "huntshelf//a",
        "refs/heads/huntshelf/a~1",
        long.as_str(),
    ] {
        assert!(matches!(check_branch(&repository, bad), Err(OfferError::Branch { .. })), "{bad:?}");
    }
}
