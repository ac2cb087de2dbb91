//! `ppob inquire` and `ppob pay`.

use std::time::Duration;

use ppob_api::PayError;
use ppob_api::v1::{CreatePaymentRequest, Payment};
use ppob_types::Clock;

use super::{answer, connect, empty_answer, purchase, refused};
use crate::args::{Inquire, Pay};
use crate::clock::{SystemClock, new_payment_id};
use crate::exit::Exit;
use crate::failure::{Done, Failure};
use crate::output;
use crate::show::{self, Asked, Paying};

/// How long an inquiry may take; a provider answers it on the way.
const INQUIRY: Duration = Duration::from_mins(1);
/// How long one call that does not wait may take.
const AT_ONCE: Duration = Duration::from_secs(10);

pub(crate) async fn inquire(inquire: &Inquire) -> Done {
    let mut client = connect(&inquire.server).await?;
    let mut request = tonic::Request::new(purchase::inquiry(&inquire.purchase));
    request.set_timeout(INQUIRY);
    let json = inquire.server.json;
    let answered = client
        .payments
        .inquire(request)
        .await
        .map_err(|status| refused(json, &status, &Asked::Read))?;
    let bill = answered.into_inner().bill.unwrap_or_default();
    answer(json, "Bill", &bill, show::bill)?;
    Ok(Exit::Ok)
}

pub(crate) async fn pay(pay: &Pay) -> Done {
    let payment_id = match &pay.id {
        Some(id) => id.clone(),
        None => new_payment_id(SystemClock::new().now()),
    };
    let paying = Paying {
        repeat: purchase::repeat(pay, &payment_id),
        earlier: pay.id.is_some(),
        id: payment_id,
    };
    let client = connect(&pay.server).await?;
    // Told before anything is sent: whatever happens from here on, the id is known.
    output::note(&format!("Payment id {} - the same id never pays twice.", paying.id))?;
    let request = purchase::payment(pay, &paying.id);
    let json = pay.server.json;
    let paid = if pay.wait.is_zero() {
        create(client, request, json, paying).await?
    } else {
        match client.pay_and_wait(request, pay.wait).await {
            Ok(payment) => payment,
            Err(PayError::NotAccepted(status)) => {
                return Err(refused(json, &status, &Asked::Pay(paying)));
            }
            Err(PayError::Unanswered { last, .. }) => {
                return Err(unanswered(json, last.as_deref(), &paying));
            }
        }
    };
    answer(json, "Payment", &paid, show::payment)?;
    Ok(Exit::of(&paid))
}

/// One call that does not wait for the end.
async fn create(
    mut client: ppob_api::PpobClient,
    mut request: CreatePaymentRequest,
    json: bool,
    paying: Paying,
) -> Result<Payment, Failure> {
    request.wait = Some(prost_types::Duration::default());
    let mut request = tonic::Request::new(request);
    request.set_timeout(AT_ONCE);
    let asked = Asked::Pay(paying);
    let answered = client
        .payments
        .create_payment(request)
        .await
        .map_err(|status| refused(json, &status, &asked))?;
    answered.into_inner().payment.ok_or_else(empty_answer)
}

fn unanswered(json: bool, last: Option<&tonic::Status>, paying: &Paying) -> Failure {
    if json {
        let silence = tonic::Status::deadline_exceeded("no answer came in time");
        let asked = Asked::Pay(paying.clone());
        let error = show::json_error(last.unwrap_or(&silence), &asked, false);
        if let Err(failure) = output::print(&error) {
            return failure;
        }
    }
    show::unanswered(last, paying)
}
