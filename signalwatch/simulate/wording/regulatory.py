"""Regulators: designations, submissions, decisions. ``AGENCY`` is how the agency itself writes."""

from __future__ import annotations

from signalwatch.simulate.wording import Style

WORDING: dict[str, Style] = {
    "regulatory_designation": Style(
        wire=(
            "{co} Receives FDA {desig} Designation for {asset} [in|for the Treatment of] {ind}",
            "FDA Grants {desig} Designation to {co}'s {asset}",
            "{co} Announces {desig} Designation Granted by FDA to {asset}",
            "{co} Granted {desig} Designation for {asset} in {ind}",
            "U.S. FDA Awards {desig} Designation to {asset} for {ind}, {co} Announces",
            "{asset_cap} Receives {desig} Designation; {co} to Discuss Path With FDA",
        ),
        wire_lead=(
            "{legal}{tick}, {about}, today announced that the U.S. Food and Drug Administration (FDA) has granted {desig} designation to {asset} for "
            "the treatment of {ind}.",
            "{legal}{tick} today announced that {asset} has been granted {desig} designation by the FDA.",
        ),
        trade=(
            "{short} nabs FDA's {desig_l} tag for {asset}",
            "FDA hands {desig_l} status to {short}'s {ind} drug",
            "{short} wins {desig_l} designation",
            "{asset_cap} gets {desig_l} badge, lifting {short}",
            "{short} snags {desig_l} designation for {ind} candidate",
            "FDA bestows {desig_l} label on {short} drug",
        ),
        trade_lead=(
            "The FDA has given {co}'s {asset} {desig_l} designation in {ind}.",
            "{co} said the agency granted {asset} {desig_l} designation.",
        ),
        filing=(
            "On {day}, {legal} announced that the FDA has granted {desig} designation to {asset} for the treatment of {ind}.",
        ),
    ),
    "regulatory_submission/submitted": Style(
        wire=(
            "{co} Submits {app_long} to FDA for {asset} in {ind}",
            "{co} Announces Submission of {app} to [the |]FDA for {asset}",
            "{co} Completes [Rolling |]Submission of {app} for {asset}",
            "{co} Files {app_long} With FDA Seeking Approval of {asset}",
            "{co} Announces {app} Submission for {asset} for the Treatment of {ind}",
            "{co} Submits {app} for {asset}",
        ),
        wire_lead=(
            "{legal}{tick} today announced that it has submitted {a_app} to the FDA for {asset} for the treatment of {ind}.",
            "{legal}{tick}, {about}, has completed the submission of its {app} for {asset}.",
        ),
        trade=(
            "{short} files {asset} with FDA",
            "{short} sends {ind} drug to FDA",
            "{short} asks FDA to approve {asset}, submitting {app}",
            "{short} turns in {app} for {asset}",
            "{asset_cap} heads to the FDA as {short} files",
            "{short} submits {ind} application",
        ),
        trade_lead=(
            "{co} has submitted its {app} for {asset} to the FDA.",
            "{co} filed for approval of {asset} in {ind}.",
        ),
        filing=("On {day}, {legal} announced that it has submitted {a_app} to the FDA for {asset}.",),
    ),
    "regulatory_submission/accepted": Style(
        wire=(
            "FDA Accepts {co}'s {app} for {asset} in {ind}",
            "{co} Announces FDA Acceptance of {app} for {asset}",
            "{co}'s {app} for {asset} Accepted for [Filing|Review] by FDA",
            "{co} Announces {app} Filing Acceptance for {asset}",
            "FDA Accepts for Review {co}'s {app_long} for {asset}",
            "{co} Announces U.S. FDA Filing Acceptance of {app} for {asset}",
        ),
        wire_lead=(
            "{legal}{tick} today announced that the FDA has accepted for review its {app} for {asset}. The agency has set a target action date of {pdufa}.",
        ),
        trade=(
            "FDA accepts {short}'s {app} for {asset}",
            "{short} gets FDA date for {ind} drug after {app} accepted",
            "{asset_cap} under FDA review",
            "FDA takes up {short}'s application for {asset}",
            "{short}'s {asset} accepted for FDA review",
            "FDA starts the clock on {short}'s {asset}",
        ),
        trade_lead=("The FDA has accepted {co}'s application for {asset} and will decide by {pdufa}.",),
        filing=("On {day}, {legal} announced that the FDA accepted for filing the Company's {app} for {asset}.",),
    ),
    "regulatory_approval": Style(
        wire=(
            "FDA Approves {co}'s {brand} ({asset}) for {ind}",
            "{co} Announces FDA Approval of {brand} ({asset}) for the Treatment of {ind}",
            "{co} Receives FDA Approval for {brand}",
            "U.S. FDA Approves {brand} ({asset}), {mod_a}, From {co}",
            "{co} Receives U.S. FDA Approval of {brand} in {ind}",
            "{brand} ({asset}) Approved by FDA as Treatment for {ind}, {co} Announces",
        ),
        wire_lead=(
            "{legal}{tick} today announced that the U.S. Food and Drug Administration has approved {brand} ({asset}) for the treatment of {ind}.",
            "{legal}{tick}, {about}, today announced FDA approval of {brand} for adults with {ind}.",
        ),
        trade=(
            "FDA approves {short}'s {ind} drug",
            "{short} wins FDA approval for {brand}",
            "FDA signs off on {short}'s {brand}",
            "{short} gets the FDA nod for {asset}",
            "{brand} crosses the finish line: FDA OKs {short} drug",
            "{short} picks up approval in {ind}",
        ),
        trade_lead=(
            "The FDA has approved {brand} from {co} for {ind}.",
            "{co} won U.S. approval for {asset}, to be sold as {brand}.",
        ),
        filing=(
            "On {day}, {legal} announced that the U.S. Food and Drug Administration has approved {brand} ({asset}) for the treatment of {ind}.",
        ),
    ),
    "regulatory_approval/device": Style(
        wire=(
            "{co} Receives FDA 510(k) Clearance for {asset}",
            "FDA Clears {co}'s {asset} System",
            "{co} Announces FDA 510(k) Clearance of {asset}",
            "{co} Obtains CE Mark for {asset}",
            "{co} Granted FDA De Novo Clearance for {asset}",
            "{co} Announces U.S. FDA Clearance of {asset} for {segment}",
        ),
        wire_lead=(
            "{legal}{tick} today announced that it has received 510(k) clearance from the U.S. Food and Drug Administration for {asset}.",
            "{legal}{tick}, {about}, has obtained marketing clearance for {asset}.",
        ),
        trade=(
            "{short} wins FDA clearance for {asset}",
            "FDA clears {short}'s {asset}",
            "{short} gets 510(k) nod for {asset}",
            "{asset} cleared for U.S. market, {short} says",
            "{short} secures FDA thumbs-up for {asset}",
            "Green light in the U.S. for {short}'s {asset}",
        ),
        trade_lead=("The FDA has cleared {asset} from {co} through the 510(k) route.",),
        filing=("On {day}, {legal} announced that the FDA has granted 510(k) clearance for {asset}.",),
    ),
    "regulatory_rejection": Style(
        wire=(
            "{co} Receives Complete Response Letter From FDA for {asset}",
            "FDA Issues Complete Response Letter for {co}'s {app} for {asset}",
            "{co} Provides Regulatory Update on {asset}: Complete Response Letter Received",
            "{co} Announces Receipt of Complete Response Letter for {asset} in {ind}",
            "{co} Receives Refuse-to-File Letter From FDA Regarding {asset}",
            "{co} Announces FDA Decision Not to Approve {asset} at This Time",
        ),
        wire_lead=(
            "{legal}{tick} today announced that the FDA has issued a complete response letter regarding its {app} for {asset} in {ind}. The letter cites "
            "observations at a third-party manufacturing facility.",
            "{legal}{tick} has received a complete response letter from the FDA for {asset}.",
        ),
        trade=(
            "FDA rejects {short}'s {ind} drug",
            "FDA spurns {short}'s {asset}",
            "{short} hit with CRL for {asset}",
            "FDA turns down {short}, citing manufacturing",
            "{short} stunned by FDA rejection",
            "FDA says no to {short}'s {asset}",
        ),
        trade_lead=(
            "The FDA has declined to approve {asset} from {co}.",
            "{co} received a complete response letter for {asset} in {ind}.",
        ),
        filing=(
            "On {day}, {legal} received a Complete Response Letter from the FDA regarding the Company's {app} for {asset}.",
        ),
    ),
}

AGENCY: tuple[tuple[str, str], ...] = (
    ("FDA Approves [First |New |]Treatment for {ind_cap}",
     "Today, the U.S. Food and Drug Administration approved {brand} ({asset}) for the treatment of {ind} in adults."),
    ("FDA Approves Novel Therapy to Treat {ind_cap}",
     "The U.S. Food and Drug Administration has approved {brand}. The FDA granted the approval of {brand} to {co}."),
    ("FDA Approves {brand} for Patients With {ind_cap}",
     "Today, the U.S. Food and Drug Administration approved {brand} ({asset}), {mod_a}. The application was submitted by {co}."),
    ("FDA Roundup: Agency Approves {brand}",
     "Today, the FDA is providing an at-a-glance summary of news: on {weekday}, the agency approved {brand} ({asset}) of {co} for {ind}."),
    ("FDA Expands Options for People With {ind_cap}, Approving {brand}",
     "The U.S. Food and Drug Administration today approved {brand} ({asset}) injection for {ind}. Approval was granted to {co}."),
    ("FDA Grants Approval to New Drug for {ind_cap}",
     "{brand} ({asset}) was reviewed under priority review. The FDA granted approval to {co}."),
)  # fmt: skip
"""Title and description of an agency's own release about an approval; some name only the product."""
