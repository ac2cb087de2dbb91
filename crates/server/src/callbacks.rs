//! The HTTP listener for what providers tell by themselves: `POST` or `GET /callbacks/{provider}`.
//!
//! It understands nothing of what comes in. Head, body and time are bounded, then everything goes to the
//! engine byte for byte, because signatures are over bytes. One request per connection, so that what a
//! connection may hold and for how long is plain. What does not come to the engine has changed nothing.

mod answer;
mod in_flight;
mod limits;
mod notice;
mod read;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, Response};
use hyper::body::Incoming as RequestBody;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ppob_engine::{CallbackRefused, Engine};
use ppob_types::ProviderName;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_stream::StreamExt as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::answer::Answer;
use self::in_flight::InFlight;
pub use self::limits::CallbackLimits;
use self::notice::Notices;
use crate::connections::{Connection, Incoming, incoming};
use crate::server::ServerOptions;

/// What stands before a provider's name in the address.
const PATH: &str = "/callbacks/";
/// How this listener is called in errors, logs and metrics.
pub(crate) const LISTENER: &str = "callbacks";

/// A listener that runs.
#[derive(Debug)]
pub(crate) struct Serving {
    stop: Stop,
    accepting: JoinHandle<()>,
    connections: TaskTracker,
}

#[derive(Clone, Debug, Default)]
struct Stop {
    /// Nothing new is taken.
    gracefully: CancellationToken,
    /// Connections are cut.
    now: CancellationToken,
}

/// What every exchange has at hand.
#[derive(Debug)]
struct Desk {
    engine: Engine,
    limits: CallbackLimits,
    in_flight: InFlight,
    notices: Notices,
}

/// Serves callbacks in the background.
pub(crate) fn serve(engine: &Engine, listener: TcpListener, options: &ServerOptions) -> Serving {
    let limits = options.callback_limits;
    let desk = Arc::new(Desk {
        engine: engine.clone(),
        limits,
        in_flight: InFlight::new(limits.in_flight, limits.in_flight_per_provider),
        notices: Notices::new(Arc::clone(&options.clock)),
    });
    let (stop, connections) = (Stop::default(), TaskTracker::new());
    let tls = options.callbacks_tls.clone();
    let incoming = incoming(listener, LISTENER, options.connections, tls, stop.now.clone());
    let accepting = tokio::spawn(accept(desk, incoming, connections.clone(), stop.clone()));
    Serving { stop, accepting, connections }
}

impl Serving {
    /// Takes nothing new, lets what has come in be answered for up to `within`, and cuts what is left.
    /// Whatever is not answered is told again by its provider.
    pub(crate) async fn end(self, within: Duration) {
        self.stop.gracefully.cancel();
        if let Err(error) = self.accepting.await {
            tracing::error!(%error, "the listener for callbacks did not end by itself");
        }
        self.connections.close();
        if timeout(within, self.connections.wait()).await.is_err() {
            self.stop.now.cancel();
            self.connections.wait().await;
        }
    }
}

/// Until the listener ends; it is closed then.
async fn accept(desk: Arc<Desk>, mut incoming: Incoming, connections: TaskTracker, stop: Stop) {
    while let Some(Some(Ok(connection))) =
        stop.gracefully.run_until_cancelled(incoming.next()).await
    {
        connections.spawn(Arc::clone(&desk).exchange(connection, stop.clone()));
    }
}

impl Desk {
    /// One connection: one request and its answer.
    async fn exchange(self: Arc<Self>, connection: Connection, stop: Stop) {
        let mut http = http1::Builder::new();
        http.keep_alive(false)
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.read_within)
            .max_buf_size(self.limits.head_bytes)
            .max_headers(self.limits.headers);
        let desk = Arc::clone(&self);
        let service = service_fn(move |request| {
            let desk = Arc::clone(&desk);
            async move { desk.answer(request).await }
        });
        let mut http = pin!(http.serve_connection(TokioIo::new(connection), service));
        let mut late = pin!(sleep(self.limits.whole()));
        let mut stopping = false;
        loop {
            tokio::select! {
                served = http.as_mut() => {
                    if let Err(error) = served {
                        not_a_request(&error);
                    }
                    return;
                }
                () = stop.gracefully.cancelled(), if !stopping => {
                    stopping = true;
                    http.as_mut().graceful_shutdown();
                }
                () = stop.now.cancelled() => return,
                () = late.as_mut() => return refused(answer::TOO_SLOW),
            }
        }
    }

    /// The error is never: whatever comes in has an answer.
    async fn answer(
        self: Arc<Self>,
        request: Request<RequestBody>,
    ) -> Result<Response<Body>, std::convert::Infallible> {
        let answer = self.decide(request).await;
        if let Some(reason) = answer.reason() {
            refused(reason);
        }
        Ok(answer.response())
    }

    async fn decide(self: Arc<Self>, request: Request<RequestBody>) -> Answer {
        let (head, body) = request.into_parts();
        // Before anything is answered: an answer to somebody who still sends may be lost.
        let body = match timeout(self.limits.read_within, read::body(body, &self.limits)).await {
            Ok(Ok(body)) => body,
            Ok(Err(answer)) => return answer,
            Err(_) => return Answer::TooSlow,
        };
        let Some(provider) = named(head.uri.path()) else { return Answer::NoSuchAddress };
        if ![Method::POST, Method::GET].contains(&head.method) {
            return Answer::NoSuchMethod;
        }
        match read::raw(&head, body, &self.limits) {
            Ok(raw) => self.hand_over(provider, raw).await,
            Err(answer) => answer,
        }
    }

    /// The place is held until the engine has done its work, whether anybody still waits for it or not.
    async fn hand_over(&self, provider: ProviderName, raw: ppob_engine::RawCallback) -> Answer {
        let Some(place) = self.in_flight.take(&provider) else { return Answer::TooMany };
        let (engine, name) = (self.engine.clone(), provider.clone());
        let taking = tokio::spawn(async move {
            let taken = engine.take_callback(&name, raw).await;
            drop(place);
            taken
        });
        let answer = match timeout(self.limits.answer_within, taking).await {
            Ok(Ok(Ok(()))) => Answer::Taken,
            Ok(Ok(Err(refused))) => Answer::Refused(refused),
            Ok(Err(_)) => Answer::Refused(CallbackRefused::Later),
            Err(_) => Answer::NotInTime,
        };
        if let Answer::Refused(refused) = answer {
            self.notices.tell(&provider, refused);
        }
        answer
    }
}

/// The provider that a path names, whether there is one or not.
fn named(path: &str) -> Option<ProviderName> {
    ProviderName::new(path.strip_prefix(PATH)?).ok()
}

/// What never became a request is only counted: nobody need be told of every scanner.
fn not_a_request(error: &hyper::Error) {
    if error.is_timeout() {
        refused(answer::TOO_SLOW);
    } else if error.is_parse_too_large() {
        refused(answer::TOO_BIG);
    } else if error.is_parse() {
        refused(answer::MALFORMED);
    }
}

fn refused(reason: &'static str) {
    metrics::counter!("ppob_callbacks_refused_total", "reason" => reason).increment(1);
}
