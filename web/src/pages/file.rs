//! `/files/{repo}/{commit}/{path}`: a file of a repository that is no procedure, as a commit left it.

use crate::Frame;
use crate::components::facts;
use crate::components::notices::empty;
use crate::links;
use crate::view::Commit;
use leptos::prelude::*;

/// What a file is shown as.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Shown {
    /// Text, highlighted and escaped by the server, for a `pre`.
    Text(String),
    /// A picture at this address of ours.
    Picture(String),
    /// Neither, and why.
    #[default]
    Nothing,
    /// Too large to be shown: so many bytes.
    TooLarge(u64),
}

/// The page of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileView {
    /// Its repository.
    pub repo: String,
    /// Its path.
    pub path: String,
    /// The commit.
    pub commit: Commit,
    /// The file at the forge.
    pub forge: Option<String>,
    /// What is in it.
    pub shown: Shown,
}

/// The page.
pub fn page(frame: &Frame, view: FileView) -> String {
    let forge = view
        .forge
        .as_deref()
        .and_then(links::outside)
        .map(|href| view! { <a href=href rel="noreferrer">"At the forge"</a> });
    let body = match view.shown {
        Shown::Text(html) => {
            let label = format!("Text of {}", view.path);
            view! { <pre class="file-text" tabindex="0" role="region" aria-label=label><code inner_html=html></code></pre> }
                .into_any()
        }
        Shown::Picture(src) => {
            view! { <p><img class="file-picture" src=src alt=view.path.clone()/></p> }.into_any()
        }
        Shown::Nothing => {
            let content = view! { <p>"It is neither text nor a picture that is shown here. The forge or a clone of the repository has it."</p> };
            empty("Not shown", content.into_any())
        }
        Shown::TooLarge(bytes) => {
            let content = view! { <p>"It has " {bytes} " bytes, more than is shown here. The forge or a clone of the repository has it."</p> };
            empty("Too large to be shown", content.into_any())
        }
    };
    let title = view.path.rsplit('/').next().unwrap_or_default().to_owned();
    let content = view! {
        <header class="procedure-head">
            <p class="crumbs">
                <a href="/">"Catalog"</a>
                <span class="crumb"><a href=links::with_query("/", [("repo", view.repo.as_str())])>{view.repo.clone()}</a></span>
            </p>
            <h1><code>{view.path}</code></h1>
            <p class="faint">"As commit " {facts::commit(view.commit)} " left it. " {forge}</p>
        </header>
        {body}
    };
    frame.render(&title, move || content.into_any())
}
