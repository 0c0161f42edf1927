"""Money and deals: rounds, listings, share sales, debt, partnerships, licences, takeovers, grants, contracts."""

from __future__ import annotations

from signalwatch.simulate.wording import Style

WORDING: dict[str, Style] = {
    "funding_round": Style(
        wire=(
            "{co} Announces Closing of [Oversubscribed |]{amt} {Round} to Advance {asset} in {ind}",
            "{co} Raises {amt} in {Round} Led by {lead}",
            "{co} Secures {amt} {Round} to [Accelerate|Fund|Support] Clinical Development of {asset}",
            "{co} Completes {amt} {Round}",
            "{lead} Leads {amt} {Round} in {co}",
            "{co} Closes [Upsized |]{Round} of {amt}; {lead} Joins Board",
            "{amt} {Round} to Take {co}'s {mods} Pipeline Into the Clinic",
        ),
        wire_lead=(
            "{legal}, {about}, today announced the closing of {a_amt} {round}. The financing was led by {lead} with "
            "participation from {lead2} and existing investors.",
            "{legal}, {about}, has raised {amt} in {a_round} led by {lead}. Proceeds will be used to {use}.",
            "{legal} today announced that it has completed {a_round}, bringing in {amt} from a syndicate that includes "
            "{lead} and {lead2}. The company intends to {use}.",
            "{lead} and {lead2} have invested in {legal}, {about}. The {amt} {round} will allow the company to {use}.",
        ),
        trade=(
            "{short} [bags|reels in|pulls in|hauls in] {amts} to push {asset} [forward|into the clinic]",
            "{short} lands {amts} {rounds} for {mods} work",
            "With {amts} in hand, {short} [sets out to tackle|takes aim at] {ind}",
            "{lead} bets {amts} on {short}'s {mods}",
            "{short} tops up with {amts} {rounds}",
            "{mods_cap} startup {short} nets {amts} in {rounds}",
            "Fresh {amts} gives {short} room to run in {ind}",
            "{short} snags {amts} from {lead}, others",
        ),
        trade_lead=(
            "{co} has [wrapped up|closed|sealed] {a_rounds} worth {amts}, led by {lead}, as it works on {asset}, its lead program in {ind}.",
            "The {city}-based biotech {co} pulled together {amts} from {lead} and {lead2}. The cash is meant to {use}.",
            "{co} unveiled {a_amts} {rounds} on {weekday}, with {lead} writing the biggest check.",
            "Investors led by {lead} have put {amts} behind {co} and its {mods} approach to {ind}.",
        ),
        filing=(
            'On {day}, {legal} (the "Company") entered into a stock purchase agreement with {lead} and certain other investors '
            "for the sale of preferred stock for aggregate gross proceeds of {amt}.",
        ),
    ),
    "funding_round/debt": Style(
        wire=(
            "{co} Secures [Up to |]{amt} [Term Loan Facility|Credit Facility|Venture Debt Financing] From {lead}",
            "{co} Enters Into {amt} Loan Agreement With {lead}",
            "{co} Closes {amt} Non-Dilutive Debt Financing",
            "{co} and {lead} Agree on {amt} Senior Secured Term Loan",
            "{lead} Provides {amt} Debt Facility to {co}",
            "{co} Strengthens Balance Sheet With {amt} Credit Agreement",
        ),
        wire_lead=(
            "{legal}{tick}, {about}, today announced that it has entered into a loan and security agreement with {lead} "
            "providing {amt} in term loans.",
            "{legal}{tick} today announced {a_amt} debt financing with {lead}. The first tranche was drawn at closing.",
        ),
        trade=(
            "{short} borrows {amts} from {lead}",
            "{short} signs {amts} loan deal to stretch its runway",
            "Debt, not dilution: {short} takes {amts} from {lead}",
            "{short} taps {lead} for {amts} in debt",
            "{lead} hands {short} {amts} credit line",
            "{short} turns to lenders for {amts}",
        ),
        trade_lead=(
            "{co} will draw on {a_amts} credit facility from {lead} to keep {asset} moving.",
            "The loan from {lead} gives {co} {amts} without selling stock.",
        ),
        filing=(
            'On {day}, {legal} (the "Company") entered into a Loan and Security Agreement with {lead}, as administrative agent, '
            "providing for a senior secured term loan facility in an aggregate principal amount of {amt}.",
            "The Company and {lead} entered into a Credit Agreement dated {day}, under which the lenders agreed to make term loans "
            "to the Company of {amt}.",
        ),
    ),
    "ipo/filed": Style(
        wire=(
            "{co} [Files|Publicly Files] Registration Statement for Proposed Initial Public Offering",
            "{co} Announces Public Filing of Registration Statement for Proposed IPO",
            "{co} Files for Initial Public Offering on Nasdaq",
            "{co} Announces Launch of Initial Public Offering",
            "{co} Submits Public Registration Statement on Form S-1 for Initial Public Offering",
            "{co} Commences Initial Public Offering of Common Stock",
        ),
        wire_lead=(
            "{legal}, {about}, today announced that it has publicly filed a registration statement on Form S-1 with the U.S. "
            "Securities and Exchange Commission relating to a proposed initial public offering of its common stock.",
            "{legal} today announced that it has filed a registration statement with the SEC for an initial public offering. "
            "{bank} is acting as lead book-running manager.",
        ),
        trade=(
            "{short} files for IPO to fund {ind} trial",
            "{short} lines up for a Nasdaq listing with S-1 filing",
            "{mods_cap} biotech {short} files to go public",
            "{short} joins the IPO queue",
            "Another one for Wall Street: {short} files for an IPO",
            "{short} pencils in {amts} for IPO, filing shows",
        ),
        trade_lead=(
            "{co} has filed paperwork with the SEC for an initial public offering, with {asset} in {ind} as its main attraction.",
            "An S-1 published on {weekday} shows that {co} wants to list on Nasdaq.",
        ),
    ),
    "ipo/priced": Style(
        wire=(
            "{co} Announces Pricing of [Upsized |]{amt} Initial Public Offering",
            "{co} Prices Initial Public Offering at {price} Per Share",
            "{co} Announces Pricing of Its Initial Public Offering",
            "{co} Raises {amt} in Initial Public Offering",
            "{co} Prices IPO; Shares to Begin Trading on Nasdaq",
            "{co} Announces {amt} IPO Priced at Top of Range",
        ),
        wire_lead=(
            "{legal}, {about}, today announced the pricing of its initial public offering of common stock at {price} per share for "
            "gross proceeds of approximately {amt}.",
            "{legal} today announced the pricing of its initial public offering. Gross proceeds are expected to be {amt} before "
            "underwriting discounts.",
        ),
        trade=(
            "{short} prices {amts} IPO",
            "{short} raises {amts} in Nasdaq debut",
            "{short} goes public with {amts} offering",
            "{amts} IPO gets {short} onto Nasdaq",
            "{short}'s IPO brings in {amts}",
            "{short} sells shares at {price} in {amts} IPO",
        ),
        trade_lead=(
            "{co} priced its IPO at {price} a share, collecting {amts} for {asset}.",
            "The {amts} offering by {co} is among the larger biotech listings this quarter.",
        ),
    ),
    "public_offering/proposed": Style(
        wire=(
            "{co} Announces Proposed Public Offering of Common Stock",
            "{co} Announces Launch of Underwritten Public Offering",
            "{co} Commences Proposed Public Offering of Common Stock and Pre-Funded Warrants",
            "{co} Launches Public Offering of Ordinary Shares",
            "{co} Announces Proposed Underwritten Offering of Common Stock",
            "{co} Begins Public Offering of Common Stock",
        ),
        wire_lead=(
            "{legal}{tick} today announced that it has commenced an underwritten public offering of shares of its common stock. "
            "{bank} is acting as sole book-running manager.",
            "{legal}{tick}, {about}, today announced a proposed public offering of its common stock. All of the shares are being "
            "offered by the company.",
        ),
        trade=(
            "{short} launches stock offering",
            "{short} heads back to the market with share sale",
            "{short} kicks off public offering after {ind} update",
            "{short} sets terms-to-come stock sale in motion",
            "{short} starts a follow-on offering",
            "{short} offers new shares",
        ),
        trade_lead=(
            "{co} has started an underwritten offering run by {bank}.",
            "After the bell, {co} launched a public offering of common stock.",
        ),
        filing=(
            "On {day}, {legal} issued a press release announcing that it had commenced an underwritten public offering of its common "
            "stock. A copy of the press release is attached as Exhibit 99.1.",
        ),
    ),
    "public_offering/priced": Style(
        wire=(
            "{co} Announces Pricing of [Upsized |]{amt} Public Offering",
            "{co} Prices {amt} Underwritten Offering of Common Stock",
            "{co} Announces {amt} Private Placement [Financing|Priced At-the-Market]",
            "{co} Announces Pricing of {amt} Registered Direct Offering",
            "{co} Announces Pricing of Public Offering of Common Stock",
            "{co} to Raise {amt} in Oversubscribed Private Placement",
            "{co} Prices {amt} Offering of Common Stock and Pre-Funded Warrants",
        ),
        wire_lead=(
            "{legal}{tick}, {about}, today announced the pricing of an underwritten public offering at a price of {price} per share. "
            "Gross proceeds are expected to be approximately {amt}.",
            "{legal}{tick} today announced the pricing of an offering of its common stock for aggregate gross proceeds of {amt}. "
            "{bank} acted as bookrunner.",
            "{legal}{tick} today announced that it has agreed to sell shares to {lead} and other investors for {amt}.",
        ),
        trade=(
            "{short} sells {amts} in stock",
            "{short} raises {amts} on heels of {ind} news",
            "{short} prices {amts} offering",
            "{short} banks {amts} from share sale",
            "{short} cashes in with {amts} raise",
            "{amts} stock sale replenishes {short}'s coffers",
        ),
        trade_lead=(
            "{co} priced an offering at {price} a share to bring in {amts}.",
            "The {amts} sale gives {co} cash into next year.",
        ),
        filing=(
            'On {day}, {legal} (the "Company") entered into an underwriting agreement with {bank} relating to the issuance and sale '
            "of shares of the Company's common stock at {price} per share, for gross proceeds of {amt}.",
            "On {day}, the Company entered into a securities purchase agreement with {lead} and certain institutional investors for a "
            "private placement of common stock with aggregate gross proceeds of {amt}.",
        ),
    ),
    "public_offering/closed": Style(
        wire=(
            "{co} Announces Closing of {amt} Public Offering",
            "{co} Closes {amt} Offering of Common Stock",
            "{co} Completes {amt} Underwritten Offering",
            "{co} Announces Closing of Public Offering and Full Exercise of Underwriters' Option",
            "{co} Announces Completion of {amt} Financing",
            "{co} Closes Previously Announced {amt} Public Offering of Common Stock",
        ),
        wire_lead=(
            "{legal}{tick} today announced the closing of its previously announced offering of common stock, with gross proceeds of {amt}.",
        ),
        trade=(
            "{short} closes {amts} offering",
            "{short}'s {amts} share sale is done",
            "{short} completes stock sale worth {amts}",
            "Offering closes, {amts} for {short}",
            "{short} finishes {amts} raise",
            "{short} wraps {amts} follow-on",
        ),
        trade_lead=("{co} has closed its {amts} offering.",),
    ),
    "partnership": Style(
        wire=(
            "{co} and {other} [Announce|Enter Into] [Strategic |]Collaboration to Develop {mods} in {area}",
            "{co} Enters Into Research Collaboration With {other}",
            "{co} [Announces|Signs] Multi-Year Collaboration Agreement With {other}",
            "{other} and {co} Join Forces to [Discover|Advance] Novel {mods} Medicines",
            "{co} Announces Clinical Supply Agreement With {other} to Evaluate {asset} in Combination",
            "{co} Expands Strategic Partnership With {other}",
            "{co} Partners With {other} on {targetname} Programs",
            "{co} and {other} Sign Co-Development Agreement for {asset}",
        ),
        wire_lead=(
            "{legal}{tick}, {about}, today announced a collaboration with {other} to discover and develop {mods} medicines. "
            "{co} will receive {upfront} upfront and is eligible for up to {total} in milestones.",
            "{legal}{tick} and {other} have entered into a strategic collaboration covering up to three targets in {area}. Under the "
            "terms, {co} receives {upfront} at signing.",
            "{legal}{tick} today announced that it has signed an agreement with {other} under which the two companies will jointly develop "
            "{asset} for {ind}.",
        ),
        trade=(
            "{short}, {other} [team up|link arms|pair up] on {mods}",
            "{other} taps {short} for {mods} pact",
            "{short} inks {upfronts} {area} collab with {other}",
            "{short} and {other} strike {totals} discovery alliance",
            "{other} turns to {short} for help with {targetname}",
            "{short} finds a partner in {other}",
            "{short} hitches {asset} to {other} in combo pact",
        ),
        trade_lead=(
            "{co} has signed up {other} as a partner in a deal that pays {upfronts} upfront and could reach {totals}.",
            "{other} is paying {upfronts} to work with {co} on {mods} drugs.",
            "The alliance pairs {co}'s {mods} know-how with {other}'s development muscle.",
        ),
        filing=(
            'On {day}, {legal} (the "Company") entered into a Collaboration Agreement with {other}, pursuant to which the parties will '
            "jointly research and develop {mods} product candidates. The Company will receive a payment of {upfront}.",
            "The Company and {other} entered into a research collaboration agreement effective {day}. The Company is eligible to "
            "receive up to {total} in milestone payments.",
        ),
    ),
    "licensing_deal": Style(
        wire=(
            "{co} Grants {other} [Exclusive |]Rights to {asset} [in Greater China|Outside the United States|in Japan]",
            "{co} and {other} Enter Into Exclusive License Agreement for {asset}",
            "{co} Announces [Global |]Licensing Agreement With {other} for {asset}",
            "{other} Licenses {asset} From {co} in Deal Worth Up to {total}",
            "{co} In-Licenses {targetname} Program From {other}",
            "{co} Signs Exclusive License Agreement With {other} Worth up to {total}",
            "{co} Out-Licenses {asset} to {other}",
        ),
        wire_lead=(
            "{legal}{tick}, {about}, today announced an exclusive license agreement with {other} for {asset}. {co} will receive an "
            "upfront payment of {upfront} and up to {total} in milestones, plus royalties.",
            "{legal}{tick} has entered into a license agreement with {other} covering the development and commercialization of {asset} "
            "in {ind}. The deal includes {upfront} upfront.",
        ),
        trade=(
            "{other} licenses {short}'s {ind} drug in {totals} deal",
            "{short} sells rights to {asset} to {other} for {upfronts} upfront",
            "{other} pays {upfronts} for rights to {short}'s {asset}",
            "{short} outlicenses {asset} to {other}",
            "{short} hands {asset} rights to {other}",
            "{other} snaps up ex-U.S. rights to {short} asset for up to {totals}",
            "{short} strikes {totals} licensing pact with {other}",
        ),
        trade_lead=(
            "{other} is putting down {upfronts} for rights to {asset}, a {ind} candidate from {co}.",
            "{co} will get {upfronts} now and as much as {totals} later from {other} for {asset}.",
        ),
        filing=(
            'On {day}, {legal} (the "Company") entered into an exclusive License Agreement with {other}, under which the Company '
            "granted {other} an exclusive license to develop and commercialize {asset}. {other} will make an upfront payment of {upfront}.",
            "Pursuant to a License Agreement dated {day}, the Company granted to {other} rights to {asset} in exchange for {upfront} "
            "and milestone payments of up to {total}.",
        ),
    ),
    "merger_acquisition/announced": Style(
        wire=(
            "{co} to Acquire {other} [for {amt}|in {amt} Transaction|]",
            "{co} Enters Into Definitive Agreement to Acquire {other}",
            "{co} Announces Agreement to Acquire {other}, Expanding {area_cap} Pipeline",
            "{co} and {other} Announce Definitive Merger Agreement",
            "{co} Signs Definitive Agreement to Buy {other} for {amt}",
            "{other} to Be Acquired by {co} for {amt}",
        ),
        wire_lead=(
            "{legal}{tick} today announced that it has entered into a definitive agreement to acquire {other_legal} for {amt} in cash. "
            "The transaction is expected to close next quarter.",
            "{legal}{tick} and {other_legal} today announced a definitive merger agreement under which {co} will acquire {other} for a "
            "total equity value of approximately {amt}.",
        ),
        trade=(
            "{short} snaps up {other} for {amts}",
            "{short} [buys|is buying] {other} in {amts} {area} play",
            "{short} swoops on {other} with {amts} takeover",
            "{amts} buyout: {short} takes {other}",
            "{short} to swallow {other} in {amts} deal",
            "{other} sells itself to {short} for {amts}",
        ),
        trade_lead=(
            "{co} is acquiring {other} in a deal valued at {amts}, picking up {a_mods} platform along the way.",
            "{co} has agreed to pay {amts} for {other}, the companies said on {weekday}.",
        ),
        filing=(
            'On {day}, {legal} (the "Company") entered into an Agreement and Plan of Merger with {other_legal}, pursuant to which a wholly '
            "owned subsidiary of the Company will merge with and into {other} for aggregate consideration of {amt}.",
            "The Company announced that it has entered into a definitive merger agreement, dated {day}, to acquire all outstanding shares of "
            "{other_legal} for {amt} in cash.",
        ),
    ),
    "merger_acquisition/completed": Style(
        wire=(
            "{co} Completes Acquisition of {other}",
            "{co} Announces Completion of {other} Acquisition",
            "{co} Closes Acquisition of {other}",
            "{co} Finalizes {amt} Acquisition of {other}",
            "{co} Successfully Completes Acquisition of {other}",
            "{other} Now Part of {co} as Acquisition Closes",
        ),
        wire_lead=(
            "{legal}{tick} today announced that it has completed its previously announced acquisition of {other_legal}.",
        ),
        trade=(
            "{short} closes {other} buyout",
            "{short} completes {amts} {other} deal",
            "It's official: {short} owns {other}",
            "{short} seals {other} acquisition",
            "{short} wraps up purchase of {other}",
            "{other} takeover by {short} goes through",
        ),
        trade_lead=("{co} has closed its {amts} purchase of {other}.",),
        filing=(
            "On {day}, {legal} completed its acquisition of {other_legal}. As a result of the merger, {other} became a wholly owned "
            "subsidiary of the Company.",
        ),
    ),
    "grant_award": Style(
        wire=(
            "{co} Awarded {amt} Grant From {Funder} to Advance {asset}",
            "{co} Receives {amt} Award From {Funder}",
            "{Funder} Awards {co} {amt} to Support {ind} Research",
            "{co} Wins {amt} in Non-Dilutive Funding From {Funder}",
            "{co} Announces {amt} SBIR Grant for {mods} Program",
            "{co} Selected for {amt} Research Award by {Funder}",
        ),
        wire_lead=(
            "{legal}{tick}, {about}, today announced that it has been awarded a grant of {amt} from {funder} to support development of "
            "{asset} for {ind}.",
            "{legal}{tick} has received {a_amt} award from {funder}. The non-dilutive funds will support work on {asset}.",
        ),
        trade=(
            "{short} wins {amts} grant for {ind} work",
            "{amts} from {funder} backs {short}'s {mods}",
            "{short} picks up {amts} in grant money",
            "{Funder} gives {short} {amts}",
            "Grant of {amts} lifts {short}'s {ind} project",
            "{short} scores {amts} non-dilutive award",
        ),
        trade_lead=(
            "{co} has been granted {amts} by {funder}.",
            "{Funder} is supporting {co} with {amts} for its work in {ind}.",
        ),
        filing=(
            "On {day}, {legal} issued a press release announcing that it had been awarded a grant of {amt} from {funder}.",
        ),
    ),
    "contract_award": Style(
        wire=(
            "{co} Awarded {amt} Contract [by|From] {Buyer} for {asset}",
            "{Buyer} Awards {co} [Development |]Contract Valued at up to {amt}",
            "{co} Receives {amt} {Buyer_s} Contract to Supply {asset}",
            "{co} Wins {amt} Procurement Contract",
            "{co} Signs {amt} Agreement With {Buyer} for National Stockpile",
            "{co} Announces {amt} Contract With {Buyer}",
        ),
        wire_lead=(
            "{legal}{tick} today announced that {buyer} has awarded the company a contract valued at {amt} for the development and supply of {asset}.",
            "{legal}{tick}, {about}, has been awarded {a_amt} contract by {buyer}.",
        ),
        trade=(
            "{short} wins {amts} {Buyer_s} contract",
            "{Buyer} taps {short} for {amts} supply deal",
            "{short} lands {amts} government contract",
            "{amts} order from {Buyer_s} goes to {short}",
            "{short} gets {amts} {Buyer_s} award for {asset}",
            "Uncle Sam pays {short} {amts} for {asset}",
        ),
        trade_lead=(
            "{Buyer} has awarded {co} a contract worth {amts}.",
            "The contract from {buyer} is worth {amts} to {co}.",
        ),
        filing=(
            'On {day}, {legal} (the "Company") was awarded a contract by {buyer} with a total value of {amt} for the supply of {asset}.',
        ),
    ),
}
