//! The course of an order: from the need to the last payment.

use super::named::named;

named! {
    /// How far an order is. Before its signature it commits nothing.
    OrderStage {
        /// Foreseen, with an amount.
        Estimate = "estimate", "prévue";
        QuoteRequested = "quote-requested", "devis demandé";
        QuoteReceived = "quote-received", "devis reçu";
        /// By the intrapreneur or the follow-up officer, alone: seed clauses "quotes and services certified".
        QuoteApproved = "quote-approved", "devis validé";
        /// AE set aside by the finance desk.
        Reserved = "reserved", "crédits réservés";
        /// A legal commitment (*engagement juridique*), with its number.
        Signed = "signed", "signée";
        /// Everything is paid; what was not used is released.
        Closed = "closed", "soldée";
        /// Given up before signature.
        Abandoned = "abandoned", "abandonnée";
    }
}

named! {
    /// What is done to an order.
    OrderStep {
        Foresee = "foresee", "commande prévue";
        RequestQuote = "request-quote", "devis demandé";
        ReceiveQuote = "receive-quote", "devis reçu";
        ApproveQuote = "approve-quote", "devis validé";
        Reserve = "reserve", "crédits réservés";
        Sign = "sign", "commande signée";
        Certify = "certify", "service fait certifié";
        Pay = "pay", "paiement enregistré";
        Close = "close", "commande soldée";
        Abandon = "abandon", "commande abandonnée";
    }
}

impl OrderStage {
    /// The stage after a step, or `None` when the step cannot be done from here. A quote may be received without
    /// having been asked for here, and an order already signed elsewhere may be recorded as such.
    pub fn after(self, step: OrderStep) -> Option<Self> {
        match (self, step) {
            (Self::Estimate, OrderStep::RequestQuote) => Some(Self::QuoteRequested),
            (Self::Estimate | Self::QuoteRequested | Self::QuoteReceived, OrderStep::ReceiveQuote) => {
                Some(Self::QuoteReceived)
            }
            (Self::QuoteReceived, OrderStep::ApproveQuote) => Some(Self::QuoteApproved),
            (Self::QuoteApproved, OrderStep::Reserve) => Some(Self::Reserved),
            (Self::QuoteApproved | Self::Reserved, OrderStep::Sign)
            | (Self::Signed, OrderStep::Certify | OrderStep::Pay) => Some(Self::Signed),
            (Self::Signed, OrderStep::Close) => Some(Self::Closed),
            (
                Self::Estimate
                | Self::QuoteRequested
                | Self::QuoteReceived
                | Self::QuoteApproved
                | Self::Reserved,
                OrderStep::Abandon,
            ) => Some(Self::Abandoned),
            _ => None,
        }
    }

    /// Whether it commits credits.
    pub fn is_placed(self) -> bool {
        matches!(self, Self::Signed | Self::Closed)
    }
}
