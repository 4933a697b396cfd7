//! `/login`: signing in. `POST /login` takes `token`, at the first start `name` too, and `next`.

use crate::Frame;
use crate::components::forms::Labelled;
use crate::components::notices::{Weight, notice};
use leptos::prelude::*;

/// What is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Asked {
    /// A token, or a one-time link's.
    #[default]
    Token,
    /// First start, by the printed link: the name of the first account. `token` is sent along as it came.
    FirstName,
}

/// The sign-in page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoginView {
    /// What is asked for.
    pub asked: Asked,
    /// At the first start, the link's token. Otherwise leave it empty: a token is never put back on a page.
    pub token: String,
    /// The name, as it was filled in.
    pub name: String,
    /// The path to go to afterwards.
    pub next: String,
    /// What went wrong.
    pub error: Option<String>,
}

/// The page.
pub fn page(frame: &Frame, view: LoginView) -> String {
    let error = view.error.map(|error| notice(Weight::Alarm, view! { <p>{error}</p> }.into_any()));
    let (title, said, fields, submit) = match view.asked {
        Asked::Token => (
            "Sign in",
            "With the token or the one-time link that an administrator gave you.",
            token_field(),
            "Sign in",
        ),
        Asked::FirstName => (
            "Welcome to Huntshelf",
            "This is its first start. Say who you are: the name stands beside everything that you do here. This first \
             account is an administrator's.",
            first_fields(view.token, view.name),
            "Begin",
        ),
    };
    let next = (!view.next.is_empty()).then(|| view! { <input type="hidden" name="next" value=view.next /> });
    let content = view! {
        <section class="sheet alone">
            <h1>{title}</h1>
            <p>{said}</p>
            {error}
            <form method="post" action="/login">
                {next}
                {fields}
                <p class="submit"><button class="primary">{submit}</button></p>
            </form>
        </section>
    };
    frame.render(title, move || content.into_any())
}

fn token_field() -> AnyView {
    Labelled::new("token", "Token", "Made by: huntshelf admin token create", &[]).required().line(
        "password",
        String::new(),
        String::new(),
    )
}

fn first_fields(token: String, name: String) -> AnyView {
    view! {
        <input type="hidden" name="token" value=token />
        {Labelled::new("name", "Your name", "", &[]).required().line("text", name, String::new())}
    }
    .into_any()
}
