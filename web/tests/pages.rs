//! What holds for every page, whatever is on it.

#![cfg(feature = "ssr")]

mod html;
mod sample;

use html::Element;
use sample::Sample;
use std::collections::HashSet;
use web::{Assets, Theme};

/// Breaks out of text, of both kinds of quoted attributes, and of markup that is not closed.
const HOSTILE: &str = "\"'><script>x</script><img src=x onerror=x>&lt;b&gt; javascript:x";

fn sample(before: &'static str) -> Sample {
    let assets = Assets { css: "/assets/style.css".to_owned(), boot: Some("/assets/boot.js".to_owned()) };
    Sample { before, assets, theme: Some(Theme::Dark) }
}

/// Every page with what its tokens are.
fn pages(before: &'static str) -> Vec<(&'static str, String, Vec<Element>)> {
    sample(before)
        .pages()
        .into_iter()
        .map(|(name, page)| {
            let elements = html::elements(&page);
            (name, page, elements)
        })
        .collect()
}

#[test]
fn every_page_is_one_document_with_its_landmarks_and_one_first_heading() {
    for (name, page, elements) in pages("") {
        assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\" data-theme=\"dark\">"), "{name}");
        for tag in ["html", "head", "title", "body", "main", "h1", "header", "footer"] {
            // What stands in an article is the notebook's, and its author's business; a picture's titles are its own.
            let own = |element: &&Element| {
                let apart = |around: &String| around == "article" || around == "svg";
                element.name == tag && !element.within.iter().any(apart)
            };
            let count = elements.iter().filter(own).count();
            assert!(
                if matches!(tag, "header") { count >= 1 } else { count == 1 },
                "{name}: {count} of {tag}"
            );
        }
        assert!(elements.iter().any(|element| element.is("a", "href", "#content")), "{name}: no skip link");
    }
}

#[test]
fn no_page_holds_what_the_content_security_policy_forbids() {
    for before in ["", HOSTILE] {
        for (name, _, elements) in pages(before) {
            for element in &elements {
                assert!(
                    element.name != "style" && element.name != "iframe" && element.name != "object",
                    "{name}: {element:?}"
                );
                if element.name == "script" {
                    assert_eq!(element.get("src"), Some("/assets/boot.js"), "{name}");
                }
                for (attribute, value) in &element.attributes {
                    assert!(!attribute.starts_with("on") && attribute != "style", "{name}: {element:?}");
                    if matches!(attribute.as_str(), "href" | "src" | "action" | "formaction") {
                        let fine = ["/", "#", "https://"].iter().any(|start| value.starts_with(start));
                        assert!(fine, "{name}: {element:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn hostile_text_in_every_field_adds_no_element_to_any_page() {
    let tame = pages("");
    for ((name, _, tame), (_, page, hostile)) in tame.into_iter().zip(pages(HOSTILE)) {
        let scripts =
            |elements: &[Element]| elements.iter().filter(|element| element.name == "script").count();
        assert_eq!(scripts(&tame), scripts(&hostile), "{name}");
        assert!(!hostile.iter().any(|element| element.is("img", "src", "x")), "{name}");
        assert!(page.contains("&lt;script&gt;"), "{name}: the sample's texts are not on the page");
    }
    let fragment = html::elements(&sample(HOSTILE).fragment());
    assert!(!fragment.iter().any(|element| matches!(element.name.as_str(), "script" | "img")));
}

#[test]
fn every_id_is_unique_and_everything_that_points_to_one_finds_it() {
    for (name, _, elements) in pages("") {
        let mut ids = HashSet::new();
        for element in &elements {
            if let Some(id) = element.get("id") {
                assert!(ids.insert(id), "{name}: {id} twice");
            }
        }
        for element in &elements {
            for pointer in ["for", "aria-describedby", "aria-labelledby", "aria-controls"] {
                for id in element.get(pointer).unwrap_or_default().split_whitespace() {
                    assert!(ids.contains(id), "{name}: {pointer}={id}");
                }
            }
            if let Some(id) = element.get("href").and_then(|href| href.strip_prefix('#')) {
                assert!(ids.contains(id), "{name}: #{id}");
            }
        }
    }
}

#[test]
fn a_finding_at_several_places_is_told_once_with_each_of_them() {
    let (_, page, _) = pages("").into_iter().find(|(name, ..)| *name == "procedure").expect("it is a page");
    assert_eq!(page.matches("removes nothing in the published export").count(), 1);
    for place in ["line 88, column 5", "line 102, column 5"] {
        assert!(page.contains(place), "{place}");
    }
    assert!(page.contains("3 warnings"), "each of them counts");
}

#[test]
fn a_reference_that_is_an_address_can_be_followed() {
    let (_, page, elements) =
        pages("").into_iter().find(|(name, ..)| *name == "procedure").expect("it is a page");
    let link = elements.iter().find(|element| element.is("a", "href", "https://example.org/lsass"));
    assert_eq!(link.expect("the address is a link").get("rel"), Some("noreferrer"));
    assert!(page.contains("<li>internal wiki 4711</li>"));
}

#[test]
fn every_control_has_a_name_for_those_who_listen() {
    for (name, page, elements) in pages("") {
        let labelled: HashSet<_> = elements.iter().filter_map(|element| element.get("for")).collect();
        for element in &elements {
            let control = matches!(element.name.as_str(), "input" | "select" | "textarea");
            if !control || element.get("type") == Some("hidden") {
                continue;
            }
            let wrapped = element.within.iter().any(|around| around == "label");
            let named = element.get("id").is_some_and(|id| labelled.contains(id));
            assert!(wrapped || named, "{name}: {element:?}");
        }
        assert!(!page.contains("<button></button>"), "{name}");
        for table in
            elements.iter().filter(|element| element.name == "table" && element.get("class").is_some())
        {
            assert!(page.contains("<caption"), "{name}: {table:?}");
        }
    }
}

#[test]
fn every_unsafe_action_is_a_form_by_post_and_every_other_form_a_search() {
    for (name, _, elements) in pages("") {
        for form in elements.iter().filter(|element| element.name == "form") {
            assert!(matches!(form.get("method"), Some("get" | "post")), "{name}: {form:?}");
            assert!(form.get("action").is_some_and(|action| action.starts_with('/')), "{name}: {form:?}");
        }
    }
}

#[test]
fn the_fragment_is_the_inside_of_the_results_on_the_page() {
    let sample = sample("");
    let fragment = sample.fragment();
    let (_, page) =
        sample.pages().into_iter().find(|(name, _)| *name == "catalog").expect("the catalog is a page");
    assert!(page.contains(&format!("<div id=\"results\">{fragment}</div>")));
}

#[test]
fn every_island_on_a_page_is_an_export_of_the_bundle() {
    let dist = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("dist");
    let Ok(files) = std::fs::read_dir(&dist) else {
        println!("skipped: there is no {}; `cargo start --bundle-only` makes it", dist.display());
        return;
    };
    let module = files
        .filter_map(Result::ok)
        .map(|file| file.path())
        .find(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with("islands.") && path.extension().is_some_and(|extension| extension == "js")
        })
        .expect("a bundle holds the islands");
    let module = std::fs::read_to_string(module).expect("the bundle can be read");
    let mut islands = HashSet::new();
    for (_, _, elements) in pages("") {
        islands
            .extend(elements.iter().filter_map(|element| element.get("data-component").map(str::to_owned)));
    }
    assert_eq!(islands.len(), 5, "the theme, the keys, the search box, the copying of code and lint");
    for island in islands {
        assert!(
            module.contains(&format!("export function {island}(")),
            "{island} is not in the bundle: build it anew"
        );
    }
}
