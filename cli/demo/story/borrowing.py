"""Borrowers apply with the facts of the real applications; some are reviewed; most accept their offer."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from random import Random

from cli.demo.cast import SEED, Borrower
from cli.demo.client import Answer, together
from cli.demo.money import said
from cli.demo.story.scene import Scene

FACTS = {
    "checking_account": "checkingAccount",
    "credit_history": "creditHistory",
    "savings": "savings",
    "employment_since": "employmentSince",
    "installment_rate_percent": "installmentRatePercent",
    "residence_years": "residenceYears",
    "property": "property",
    "other_installment_plans": "otherInstallmentPlans",
    "housing": "housing",
    "existing_credits": "existingCredits",
    "job": "job",
    "telephone": "telephone",
}
"""What an applicant states, as the data set's reader and as the API call it."""
APPROVED_IN_REVIEW = 0.7

REVIEWS = """query Reviews($first: Int!, $after: String) {
    operations {
        reviews(first: $first, after: $after) {
            edges { node { id grade decision { reasons { code message } } } }
            pageInfo { hasNextPage endCursor }
        }
    }
}"""
OFFERED = "loan { id offer { documents { id } } }"
OFFER = "query Offer($id: ID!) { loan(id: $id) { id offer { documents { id } } } }"


async def give_mandates(scene: Scene, borrowers: Sequence[Borrower]) -> None:
    """Borrowers let the platform debit their accounts."""
    await together(borrowers, partial(_give_mandate, scene), lambda: None)


async def apply(scene: Scene, borrowers: Sequence[Borrower]) -> None:
    """Each applies for what the real applicant asked for."""
    with scene.show.part(f"{scene.today}: borrowers apply", len(borrowers)) as done:
        await together(borrowers, partial(_apply, scene), done)


async def review(scene: Scene, borrowers: Sequence[Borrower]) -> None:
    """The operator decides what the scorecard would not decide alone; the applicants look what came of it."""
    cases = [case async for case in scene.operator.pages(REVIEWS, "operations", "reviews")]
    applicants = {borrower.loan_id: borrower for borrower in borrowers}
    with scene.show.part(f"{scene.today}: the operator reviews", len(cases)) as done:
        await together(cases, lambda case: _review(scene, case, applicants[case["id"]]), done)


async def answer_offers(scene: Scene, borrowers: Sequence[Borrower]) -> None:
    """Most accept what they are offered, and with it the contract; some think better of it."""
    offered = [borrower for borrower in borrowers if borrower.contract_ids]
    with scene.show.part(f"{scene.today}: offers are answered", len(offered)) as done:
        await together(offered, partial(_answer_offer, scene), done)


async def _give_mandate(scene: Scene, borrower: Borrower) -> None:
    given = await scene.api.as_user(borrower.token).do(
        "giveMandate", "mandate { id }", bankAccountId=borrower.bank_account_id
    )
    borrower.mandate_id = given["mandate"]["id"]


async def _apply(scene: Scene, borrower: Borrower) -> None:
    application = borrower.application
    facts = asdict(application.facts)
    others = [{"name": name} for name in borrower.others]
    applied = await scene.api.as_user(borrower.token).do(
        "applyForLoan",
        OFFERED,
        productId=scene.products[borrower.product],
        amount=said(borrower.amount_minor),
        installmentCount=borrower.installments,
        frequency="MONTHLY",
        method=borrower.method,
        purpose=application.facts.purpose,
        title=application.facts.purpose.replace("_", " ").capitalize(),
        facts={theirs: facts[ours] for ours, theirs in FACTS.items()},
        bankAccountId=borrower.bank_account_id,
        mandateId=borrower.mandate_id,
        coBorrowers=others if application.co_applicant else [],
        guarantors=others if application.guarantor else [],
        idempotencyKey=f"application-{application.row_number}",
    )
    borrower.loan_id = applied["loan"]["id"]
    _see_offer(borrower, applied["loan"])


def _see_offer(borrower: Borrower, loan: Answer) -> None:
    borrower.contract_ids = [document["id"] for document in loan["offer"]["documents"]] if loan["offer"] else []


async def _review(scene: Scene, case: Answer, applicant: Borrower) -> None:
    approved = Random(f"{SEED} {applicant.email}").random() < APPROVED_IN_REVIEW
    why = "; ".join(reason["message"] for reason in case["decision"]["reasons"] if reason["code"] != "POINTS_LOST")
    await scene.operator.do(
        "reviewApplication",
        "loan { status }",
        loanId=case["id"],
        outcome="APPROVE" if approved else "REJECT",
        reason=f"The papers {'were' if approved else 'were not'} convincing. Looked at because: {why}"[:300],
    )
    _see_offer(applicant, (await scene.api.as_user(applicant.token).ask(OFFER, id=applicant.loan_id))["loan"])


async def _answer_offer(scene: Scene, borrower: Borrower) -> None:
    me = scene.api.as_user(borrower.token)
    if borrower.declines:
        await me.do("declineOffer", "loan { status }", loanId=borrower.loan_id)
        return
    await me.do(
        "acceptOffer",
        "loan { status }",
        loanId=borrower.loan_id,
        acceptedDocumentIds=borrower.contract_ids,
        idempotencyKey=f"acceptance-{borrower.loan_id}",
    )
