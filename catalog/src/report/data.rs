//! Which of the media types that an output offers a report shows.

use super::active;
use super::joined;
use crate::render;
use serde_json::Value;
use std::borrow::Cow;

/// What a report shows of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Data<'a> {
    /// HTML that does nothing by itself.
    Html(Cow<'a, str>),
    /// Markdown.
    Markdown(Cow<'a, str>),
    /// A picture; its bytes stand in the output under this type.
    Picture(Picture),
    /// LaTeX.
    Latex(Cow<'a, str>),
    /// Plain text.
    Plain(Cow<'a, str>),
}

/// The kinds of picture that are written to files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Picture {
    /// Drawn by lines.
    Svg,
    /// Of points, without loss.
    Png,
    /// A photograph.
    Jpeg,
}

impl Picture {
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }

    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Svg => ".svg",
            Self::Png => ".png",
            Self::Jpeg => ".jpg",
        }
    }

    /// What nbconvert calls it beside the link.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Jpeg => "jpeg",
        }
    }
}

/// What is shown of the data of an output: the first type that is there, in the order of nbconvert's exporter for markdown.
///
/// HTML that would run, load or ask for something is not passed on to a customer: what the sanitizer leaves of it is, and
/// where it leaves nothing, the next type.
pub(super) fn shown(data: &Value) -> Option<Data<'_>> {
    let of = |kind: &str| data.get(kind).filter(|value| value.is_string() || value.is_array()).map(joined);
    if let Some(html) = of("text/html") {
        let html = match html {
            Cow::Borrowed(html) => super::python::dedent(html),
            Cow::Owned(html) => Cow::Owned(super::python::dedent(&html).into_owned()),
        };
        if !active::is_active(&html) {
            return Some(Data::Html(html));
        }
        let left = render::harmless(&html);
        if active::has_text(&left) {
            return Some(Data::Html(left.into()));
        }
    }
    of("text/markdown")
        .map(Data::Markdown)
        .or_else(|| data.get(Picture::Svg.kind()).map(|_| Data::Picture(Picture::Svg)))
        .or_else(|| of("text/latex").map(Data::Latex))
        .or_else(|| {
            let raster = [Picture::Png, Picture::Jpeg].into_iter().find(|one| data.get(one.kind()).is_some());
            raster.map(Data::Picture)
        })
        .or_else(|| of("text/plain").map(Data::Plain))
}
