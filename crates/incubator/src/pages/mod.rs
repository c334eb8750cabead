//! Pages of the incubator, handlers beside their templates (`templates/`).

mod account;
mod account_files;
mod account_head;
mod account_receive;
mod account_send;
mod account_told;
mod accounts;
mod agreement;
mod agreement_committees;
mod agreement_credits;
mod agreement_draft;
mod agreement_duties;
mod agreement_head;
mod agreement_life;
mod agreement_new;
mod agreement_text;
mod agreements;
mod application;
mod application_form;
mod application_send;
mod attendee;
mod budget;
mod call;
mod call_apply;
mod call_award;
mod call_decide;
mod call_desk;
mod call_file;
mod call_form;
mod call_given;
mod call_head;
mod call_jury;
mod call_minutes;
mod call_offer;
mod call_parts;
mod call_ranking;
mod calls;
mod closing;
mod committee;
mod committee_form;
mod committee_head;
mod committee_held;
mod committee_pack;
mod committee_product;
mod committees;
mod compliance;
mod compliance_answer;
mod compliance_profile;
mod credit_request;
mod credits_import;
mod credits_year;
mod criteria_review;
mod decision;
mod decision_form;
mod done;
mod duties;
mod duty_note;
mod duty_subscription;
mod duty_words;
mod fact_form;
mod fact_next;
mod fact_words;
mod import_words;
mod incubators;
mod indicator;
mod indicator_correct;
mod indicator_form;
mod indicator_words;
mod interest_declaration;
mod jury;
mod jury_marks;
mod measures;
mod member;
mod member_form;
mod members;
mod mission_letter;
mod objective_form;
mod open_agreements;
mod open_calls;
mod open_data;
mod open_indicators;
mod opinion;
mod order;
mod order_new;
mod order_step;
mod portfolio;
mod product;
pub(crate) mod public_agreement;
mod public_agreements;
mod publication;
mod publication_files;
mod publication_send;
mod reading;
mod reading_words;
mod team;
mod team_head;
mod team_indicators;
mod typed;

use std::sync::Arc;

use axum::Router;
use jiff::civil::Date;

pub(crate) use self::agreement::sentence;
pub(crate) use self::call_form::blank as blank_call;
pub(crate) use self::call_head::{hour as call_hour, instant as call_instant};
use crate::Incubator;

pub fn routes(incubator: &Arc<Incubator>) -> Router {
    Router::new()
        .merge(portfolio::routes())
        .merge(product::routes())
        .merge(team::routes())
        .merge(objective_form::routes())
        .merge(team_indicators::routes())
        .merge(indicator_form::routes())
        .merge(indicator::routes())
        .merge(indicator_correct::routes())
        .merge(reading::routes())
        .merge(incubators::routes())
        .merge(open_calls::routes())
        .merge(open_data::routes())
        .merge(open_indicators::routes())
        .merge(budget::routes())
        .merge(measures::routes())
        .merge(agreements::routes())
        .merge(agreement_new::routes())
        .merge(agreement_draft::routes())
        .merge(agreement::routes())
        .merge(agreement_text::routes())
        .merge(agreement_duties::routes())
        .merge(duty_note::routes())
        .merge(agreement_credits::routes())
        .merge(credits_import::routes())
        .merge(credit_request::routes())
        .merge(credits_year::routes())
        .merge(accounts::routes())
        .merge(account::routes())
        .merge(account_send::routes())
        .merge(account_receive::routes())
        .merge(account_files::routes())
        .merge(agreement_life::routes())
        .merge(publication::routes())
        .merge(publication_files::routes())
        .merge(publication_send::routes())
        .merge(public_agreements::routes())
        .merge(public_agreement::routes())
        .merge(open_agreements::routes())
        .merge(fact_form::routes())
        .merge(fact_next::routes())
        .merge(order_new::routes())
        .merge(order::routes())
        .merge(order_step::routes())
        .merge(agreement_committees::routes())
        .merge(committees::routes())
        .merge(committee_form::routes())
        .merge(committee::routes())
        .merge(committee_pack::routes())
        .merge(committee_held::routes())
        .merge(attendee::routes())
        .merge(opinion::routes())
        .merge(decision::routes())
        .merge(closing::routes())
        .merge(members::routes())
        .merge(member_form::routes())
        .merge(member::routes())
        .merge(mission_letter::routes())
        .merge(criteria_review::routes())
        .merge(interest_declaration::routes())
        .merge(compliance::routes())
        .merge(compliance_answer::routes())
        .merge(compliance_profile::routes())
        .merge(calls::routes())
        .merge(call::routes())
        .merge(call_apply::routes())
        .merge(call_form::routes())
        .merge(call_parts::routes())
        .merge(call_award::routes())
        .merge(call_desk::routes())
        .merge(call_jury::routes())
        .merge(call_file::routes())
        .merge(call_decide::routes())
        .merge(call_ranking::routes())
        .merge(call_minutes::routes())
        .merge(jury::routes())
        .merge(jury_marks::routes())
        .merge(application::routes())
        .merge(application_form::routes())
        .merge(application_send::routes())
        .merge(duties::routes())
        .merge(duty_subscription::routes())
        .with_state(Arc::clone(incubator))
}

/// The day that was asked for, or today in Paris.
fn day(incubator: &Incubator, asked: &str) -> Date {
    asked.trim().parse().unwrap_or_else(|_| incubator.today())
}
