//! Which `Host` the server answers to. A page on another name that resolves here (DNS rebinding) gets nothing.

use crate::config::Config;
use crate::http::problem::Problem;
use axum::extract::Request;
use axum::http::{StatusCode, header, uri::Authority};
use std::net::IpAddr;

/// The names under which this server answers, in lower case, without ports.
#[derive(Debug, Clone)]
pub struct Hosts(Vec<String>);

impl Hosts {
    /// Loopback's names, the listening address, `server.hosts` and the host of `server.url`.
    pub fn of(config: &Config) -> Self {
        let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
        let listening = config.server.listen.ip();
        if !listening.is_unspecified() {
            names.push(match listening {
                IpAddr::V4(address) => address.to_string(),
                IpAddr::V6(address) => format!("[{address}]"),
            });
        }
        names.extend(config.server.hosts.iter().map(|name| name.to_ascii_lowercase()));
        names.extend(config.server.url.iter().filter_map(|url| url.host_str()).map(str::to_ascii_lowercase));
        Self(names)
    }

    /// Whether a `Host` header, with or without a port, is one of them.
    pub fn allow(&self, host: &str) -> bool {
        host.parse::<Authority>().is_ok_and(|authority| {
            let name = authority.host().to_ascii_lowercase();
            !host.contains('@') && self.0.contains(&name)
        })
    }

    /// Refuses a request for another host.
    ///
    /// # Errors
    /// 421, which says how to allow it.
    pub fn check(&self, request: &Request) -> Result<(), Problem> {
        let named = request
            .uri()
            .authority()
            .map(Authority::as_str)
            .or_else(|| request.headers().get(header::HOST).and_then(|host| host.to_str().ok()))
            .unwrap_or_default();
        if self.allow(named) {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            "unknown-host",
            "Unknown host",
            "This server does not answer to the host name of the request.",
        )
        .remedy("Add the name to server.hosts, or set server.url, in the configuration."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_the_listening_address_and_configured_names_are_answered() {
        let mut config = Config::default();
        config.server.listen = "192.0.2.7:80".parse().unwrap();
        config.server.hosts = vec!["Hunts.example.com".to_owned()];
        config.server.url = Some("https://catalog.example.com/".parse().unwrap());
        let hosts = Hosts::of(&config);
        for host in [
            "localhost:8080",
            "127.0.0.1:9",
            "[::1]:1",
            "192.0.2.7",
            "hunts.example.com",
            "CATALOG.example.com:443",
        ] {
            assert!(hosts.allow(host), "{host}");
        }
        for host in
            ["", "evil.example", "localhost.evil.example", "evil@localhost", "localhost:x:y", "0.0.0.0"]
        {
            assert!(!hosts.allow(host), "{host}");
        }
    }
}
