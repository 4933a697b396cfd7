// Shared with the bundler, which includes this very file: one place says which stylesheets there are, and their order.

/// The whole stylesheet as one text, for a server that has no bundle.
pub const STYLE: &str = concat!(
    include_str!("../style/tokens.css"),
    include_str!("../style/base.css"),
    include_str!("../style/shell.css"),
    include_str!("../style/pieces.css"),
    include_str!("../style/forms.css"),
    include_str!("../style/catalog.css"),
    include_str!("../style/matrix.css"),
    include_str!("../style/procedure.css"),
    include_str!("../style/prose.css"),
    include_str!("../style/history.css"),
    include_str!("../style/print.css"),
);
