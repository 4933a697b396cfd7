//! A git server over ssh on loopback: OpenSSH's own, honest or not.

use super::repository;
use catalog::repository::{Entrance, Location, Repository};
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// How the server treats who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manners {
    /// As git does.
    Honest,
    /// Sends a part of the pack, and then nothing, for ever.
    Stalling,
    /// Sends a part of the pack and hangs up.
    Cutting,
    /// Takes the connection and never says a word.
    Silent,
}

/// What answers in the place of a shell. A pack is longer than what comes before it.
const DOOR: &str = r#"#!/bin/sh
case "$(cat "$(dirname "$0")/manners")" in
    Stalling) sh -c "$SSH_ORIGINAL_COMMAND" | { head -c 6000; exec sleep 600; } ;;
    Cutting) sh -c "$SSH_ORIGINAL_COMMAND" | head -c 6000 ;;
    Silent) exec sleep 600 ;;
    *) exec sh -c "$SSH_ORIGINAL_COMMAND" ;;
esac
"#;

/// A running server that lets one key in. It ends when dropped.
pub(crate) struct Sshd {
    folder: PathBuf,
    port: u16,
    child: Child,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Sshd {
    /// None, and says so, where there is no OpenSSH server.
    pub(crate) fn start(folder: &Path) -> Option<Self> {
        let program = Path::new("/usr/sbin/sshd");
        if !program.is_file() {
            println!("skipped: {} is not there (Debian: openssh-server)", program.display());
            return None;
        }
        for key in ["host", "user", "stranger"] {
            let mut keygen = Command::new("ssh-keygen");
            keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", key, "-f"]).arg(folder.join(key));
            assert!(keygen.status().unwrap().success());
        }
        let door = folder.join("door");
        std::fs::write(&door, DOOR).unwrap();
        std::fs::set_permissions(&door, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::write(folder.join("manners"), "Honest").unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let option = |name: &str, value: &str| format!("-o{name}={value}");
        // On Debian, sshd separates its privileges in a folder that its service makes.
        let _ = std::fs::create_dir_all("/run/sshd");
        let mut child = Command::new(program)
            .args(["-D", "-e", "-f", "/dev/null", "-p", &port.to_string(), "-h"])
            .arg(folder.join("host"))
            .args([option("ListenAddress", "127.0.0.1"), option("PidFile", "none")])
            .args([option("StrictModes", "no"), option("UsePAM", "no")])
            .args([option("PasswordAuthentication", "no"), option("MaxStartups", "100")])
            .arg(option("AuthorizedKeysFile", folder.join("user.pub").to_str().unwrap()))
            .arg(option("ForceCommand", door.to_str().unwrap()))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("listening") && log.read_line(&mut line).unwrap() > 0 {}
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Some(Self { folder: folder.to_owned(), port, child })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn behave(&self, manners: Manners) {
        std::fs::write(self.folder.join("manners"), format!("{manners:?}")).unwrap();
    }

    pub(crate) fn url(&self, repository: &Path) -> String {
        let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
        format!("ssh://{}@127.0.0.1:{}{}", user.trim(), self.port, repository.display())
    }

    /// A private key, by name; its public one ends in `.pub`.
    pub(crate) fn key(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A key's fingerprint.
    pub(crate) fn print(&self, key: &str) -> String {
        let output = Command::new("ssh-keygen").arg("-lf").arg(self.key(key)).output().unwrap();
        String::from_utf8(output.stdout).unwrap().split(' ').nth(1).unwrap().to_owned()
    }

    /// A repository behind it, entered with the right key and at the right host.
    pub(crate) fn repository(&self, at: &Path) -> Repository {
        let entrance = Entrance {
            host_keys: vec![self.print("host.pub").parse().unwrap()],
            ssh_key_file: Some(self.key("user")),
            ..Entrance::default()
        };
        Repository { entrance, ..repository(Location::Remote(self.url(at))) }
    }
}
