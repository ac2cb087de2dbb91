//! One customer's data.

use std::time::Duration;

use ppob_api::v1::{
    EraseCustomerRequest, EraseCustomerResponse, ExportCustomerRequest, ExportCustomerResponse,
};

use super::{answer, connect_operator, refused};
use crate::args::{EraseCustomer, ExportCustomer, PrivacyCommand};
use crate::exit::Exit;
use crate::failure::Done;
use crate::show::{self, Asked};

/// All of one customer's payments may be rewritten on the way.
const PATIENCE: Duration = Duration::from_mins(1);
const PAGE: i32 = 500;

pub(crate) async fn privacy(command: &PrivacyCommand) -> Done {
    match command {
        PrivacyCommand::Export(options) => export(options).await,
        PrivacyCommand::Erase(options) => erase(options).await,
    }
}

async fn export(options: &ExportCustomer) -> Done {
    let about = &options.about;
    let json = about.server.json;
    let mut client = connect_operator(&about.server).await?;
    let mut whole = ExportCustomerResponse::default();
    loop {
        let mut request = tonic::Request::new(ExportCustomerRequest {
            customer_number: about.number.clone(),
            page_size: PAGE,
            page_token: whole.next_page_token,
            reason: about.reason.clone(),
            actor: about.actor.actor.clone(),
        });
        request.set_timeout(PATIENCE);
        let answered = client
            .export_customer(request)
            .await
            .map_err(|status| refused(json, &status, &Asked::Read))?
            .into_inner();
        whole.payments.extend(answered.payments);
        whole.next_page_token = answered.next_page_token;
        if whole.next_page_token.is_empty() {
            break;
        }
    }
    answer(json, "ExportCustomerResponse", &whole, |found| show::exported(&found.payments))?;
    Ok(Exit::Ok)
}

async fn erase(options: &EraseCustomer) -> Done {
    let about = &options.about;
    let json = about.server.json;
    let mut client = connect_operator(&about.server).await?;
    let mut request = tonic::Request::new(EraseCustomerRequest {
        customer_number: about.number.clone(),
        validate_only: !options.yes,
        reason: about.reason.clone(),
        actor: about.actor.actor.clone(),
    });
    request.set_timeout(PATIENCE);
    let asked = if options.yes { Asked::Change } else { Asked::Read };
    let answered =
        client.erase_customer(request).await.map_err(|status| refused(json, &status, &asked))?;
    let shown = |found: &EraseCustomerResponse| show::erased(*found, options.yes);
    answer(json, "EraseCustomerResponse", answered.get_ref(), shown)?;
    Ok(Exit::Ok)
}
