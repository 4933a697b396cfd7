//! Builds again when what is embedded changes: the bundle and the migrations.
fn main() {
    println!("cargo:rerun-if-changed=../web/dist");
    println!("cargo:rerun-if-changed=../migrations");
}
