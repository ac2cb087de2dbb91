//! When the process is asked to end.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::exit::Exit;
use crate::failure::Failure;

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// To end.
    End,
    /// To read the configuration again.
    Reload,
}

/// SIGTERM and SIGINT, from now on; SIGHUP too, where it is asked for.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    hangup: Option<Signal>,
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(unix)]
    interrupt: Signal,
}

impl Signals {
    /// Begins to listen for signals; they no longer end the process by themselves.
    pub(crate) fn listen() -> Result<Self, Failure> {
        Self::new().map_err(|error| {
            Failure::new(
                Exit::Unknown,
                format!("ppob cannot listen for signals: {error}. Nothing was started."),
            )
        })
    }

    /// SIGHUP asks for a reload, from now on. Without this it ends the process, as whoever closes a
    /// terminal expects.
    pub(crate) fn and_hangup(self) -> Result<Self, Failure> {
        self.with_hangup().map_err(|error| {
            Failure::new(
                Exit::Unknown,
                format!("ppob cannot listen for signals: {error}. Nothing was started."),
            )
        })
    }

    #[cfg(unix)]
    fn with_hangup(self) -> io::Result<Self> {
        Ok(Self { hangup: Some(signal(SignalKind::hangup())?), ..self })
    }

    #[cfg(not(unix))]
    fn with_hangup(self) -> io::Result<Self> {
        Ok(self)
    }

    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        Ok(Self {
            hangup: None,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    #[cfg(not(unix))]
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits until somebody asks for something.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) -> Asked {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => Asked::End,
            _ = self.interrupt.recv() => Asked::End,
            _ = hangup => Asked::Reload,
        }
    }

    /// Waits for Ctrl-C.
    #[cfg(not(unix))]
    pub(crate) async fn next(&mut self) -> Asked {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Asked::End
    }

    /// Waits until somebody asks to end; other signals are not heard.
    pub(crate) async fn end(&mut self) {
        while self.next().await != Asked::End {}
    }
}
