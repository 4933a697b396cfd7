//! `huntshelf serve`: from settings to a server that answers, and to one that has stopped.

use crate::app::{App, Outside, StartError};
use crate::auth::sign_in;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::entropy::SystemEntropy;
use catalog::library::Fetch;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Requests that are being answered when the server is told to stop get this long.
const GRACE: Duration = Duration::from_secs(10);

/// Why the server did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Something could not be opened.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// Others could reach a server that nobody can sign in to but who comes first.
    #[error(
        "no account exists yet, and {0} can be reached from other machines: whoever came first would own the server. Make an account first (huntshelf admin user create --name YOU --role admin), or listen on 127.0.0.1"
    )]
    NobodyYet(SocketAddr),
    /// The network failed.
    #[error("the server stopped: {0}")]
    Network(std::io::Error),
}

/// Serves until it is told to stop.
///
/// # Errors
/// When it cannot start; see [`ServeError`].
pub async fn serve(config: Config, fetch: Arc<dyn Fetch>) -> Result<(), ServeError> {
    let address = config.server.listen;
    let listener =
        TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })?;
    // With port 0 the system chose one: links name what was chosen.
    let mut config = config;
    config.server.listen = listener.local_addr().map_err(|source| ServeError::Listen { address, source })?;
    let (stop, stopping) = watch::channel(false);
    let outside = Outside { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy), fetch };
    let app = App::open(config, outside, &stopping).await?;
    greet(&app).await?;

    let service = app.router().into_make_service_with_connect_info::<SocketAddr>();
    let told = async move {
        told_to_stop().await;
        tracing::info!("stopping");
        // Nobody listens only when nothing is mirrored.
        let _ = stop.send(true);
    };
    let mut gone = stopping.clone();
    let serving = axum::serve(listener, service).with_graceful_shutdown(told);
    tokio::select! {
        served = serving => served.map_err(ServeError::Network)?,
        () = async {
            let _ = gone.wait_for(|stop| *stop).await;
            tokio::time::sleep(GRACE).await;
        } => tracing::warn!("some requests were still being answered"),
    }
    app.database.close().await;
    Ok(())
}

/// Says where the server is, and how to sign in while nobody can.
async fn greet(app: &App) -> Result<(), ServeError> {
    let reached_at = app.config.reached_at();
    let database = &app.database;
    database.withdraw_first_links().await.map_err(StartError::from)?;
    if !database.has_accounts().await.map_err(StartError::from)? {
        if !app.config.server.listen.ip().is_loopback() {
            return Err(ServeError::NobodyYet(app.config.server.listen));
        }
        let link = sign_in::link(database, None, &reached_at, (app.clock.now(), app.entropy.as_ref()))
            .await
            .map_err(StartError::from)?;
        say(&format!(
            "Nobody has an account here yet. Open this link once, and say who you are:\n\n    {link}\n"
        ));
    }
    say(&format!("Huntshelf serves at {reached_at}/"));
    if !app.assets.has_islands() {
        say("Pages come without islands: `cargo start` builds them.");
    }
    Ok(())
}

/// A message to who started the program.
#[expect(clippy::print_stderr, reason = "messages go to standard error")]
fn say(message: &str) {
    eprintln!("{message}");
}

/// Returns when the system or the terminal says stop.
async fn told_to_stop() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
