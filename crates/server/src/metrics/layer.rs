//! Rate, errors and duration of every RPC.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use ppob_types::Clock;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::http::{Request, Response};
use tower::{Layer, Service};

use super::methods::Methods;
use super::record::Record;

/// Counts every RPC by service, method and code. Labels come from the descriptors only, never from
/// what a caller wrote.
#[derive(Clone, Debug)]
pub(crate) struct RequestMetrics {
    methods: Methods,
    clock: Arc<dyn Clock>,
}

/// A service that is counted.
#[derive(Clone, Debug)]
pub(crate) struct Counted<S> {
    inner: S,
    metrics: RequestMetrics,
}

/// An answer that is watched until its end.
#[derive(Debug)]
struct Watched {
    inner: Body,
    record: Option<Record>,
}

impl RequestMetrics {
    pub(crate) fn new(methods: Methods, clock: Arc<dyn Clock>) -> Self {
        Self { methods, clock }
    }
}

impl<S> Layer<S> for RequestMetrics {
    type Service = Counted<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Counted { inner, metrics: self.clone() }
    }
}

impl<S> Service<Request<Body>> for Counted<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let named = self.metrics.methods.of(request.uri().path());
        let mut record = Record::begin(named, Arc::clone(&self.metrics.clock));
        let answering = self.inner.call(request);
        Box::pin(async move {
            let answer = answering.await?;
            record.see(answer.headers());
            if answer.body().is_end_stream() {
                return Ok(answer);
            }
            Ok(answer.map(|inner| Body::new(Watched { inner, record: Some(record) })))
        })
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let (Some(trailers), Some(record)) = (frame.trailers_ref(), &mut self.record) {
                    record.see(trailers);
                    self.record = None;
                }
            }
            Poll::Ready(Some(Err(_)) | None) => {
                if let Some(mut record) = self.record.take() {
                    record.broken();
                }
            }
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
