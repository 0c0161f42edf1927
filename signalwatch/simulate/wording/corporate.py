"""People, sites, cuts, distress and launches."""

from __future__ import annotations

from signalwatch.simulate.wording import Style

WORDING: dict[str, Style] = {
    "leadership_change/joins": Style(
        wire=(
            "{co} Appoints {person} as {role}",
            "{co} Names {person} {role}",
            "{person} Joins {co} as {role}",
            "{co} Announces Appointment of {person} as {role}",
            "{co} Strengthens Leadership Team With Appointment of {role}",
            "{co} Welcomes {person}, M.D., as New {role}",
            "{co} Promotes {person} to {role}",
        ),
        wire_lead=(
            "{legal}{tick}, {about}, today announced the appointment of {person} as {role}. {last} brings more than 20 years of experience.",
            "{legal}{tick} today announced that {person} has joined the company as {role}, effective immediately.",
        ),
        trade=(
            "{short} hires {person} as {roles}",
            "{short} taps new {roles}",
            "{short} names {person} {roles}",
            "{person} takes {roles} post at {short}",
            "{short} brings in {last} as {roles}",
            "New {roles} at {short}: {person}",
        ),
        trade_lead=(
            "{co} has a new {roles}: {person}.",
            "{person} is joining {co} as {roles}, the company said on {weekday}.",
        ),
        filing=(
            "On {day}, the Board of Directors of {legal} appointed {person} as {role} of the Company, effective immediately.",
            "Effective {day}, {person} was appointed {role}. There are no arrangements between {last} and any other person pursuant to "
            "which {last} was selected.",
        ),
    ),
    "leadership_change/leaves": Style(
        wire=(
            "{co} Announces [CEO|Leadership|Executive] Transition; {person} to Step Down",
            "{co} Announces Departure of {role} {person}",
            "{co} {role} {person} to Retire",
            "{person} to Step Down as {role} of {co}",
            "{co} Initiates Search for New {role} as {person} Departs",
            "{co} Announces Retirement of {person}, {role}",
        ),
        wire_lead=(
            "{legal}{tick} today announced that {person}, {role}, will step down from the position. The board has begun a search for a successor.",
            "{legal}{tick} today announced the departure of its {role}, {person}, to pursue other opportunities.",
        ),
        trade=(
            "{short}'s {roles} heads for the exit",
            "{short} {roles} {last} is out",
            "{person} exits as {short} {roles}",
            "{short} parts ways with {roles}",
            "{short} loses {roles} {last}",
            "{last} departs {short}, leaving {roles} seat empty",
        ),
        trade_lead=("{person}, {roles} of {co}, is leaving.", "{co} disclosed that {person} has resigned as {roles}."),
        filing=(
            "On {day}, {person} notified {legal} of the decision to resign from the position of {role}, effective at the end of the month. "
            "The resignation was not the result of any disagreement with the Company.",
        ),
    ),
    "layoffs_restructuring": Style(
        wire=(
            "{co} Announces [Strategic |Corporate |]Restructuring and Workforce Reduction",
            "{co} Implements Workforce Reduction to Extend Cash Runway",
            "{co} to Reduce Workforce by Approximately {pct}%",
            "{co} Announces Reprioritization and {pct}% Reduction in Headcount",
            "{co} Streamlines Operations, Reduces Headcount by {pct} Percent",
            "{co} Announces Cost Reduction Program Including Job Cuts",
        ),
        wire_lead=(
            "{legal}{tick} today announced a restructuring that will reduce its workforce by approximately {pct}%, or {count} positions.",
            "{legal}{tick} is implementing a reduction in force affecting {count} employees as part of a plan to extend its cash runway.",
        ),
        trade=(
            "{short} [lays off|axes|cuts] {pct}% of staff",
            "{short} slashes workforce by {pct}%",
            "{short} hands pink slips to {count} employees",
            "{short} trims headcount in cost-saving push",
            "Layoffs hit {short}, with {count} jobs gone",
            "{short} to shed {count} jobs",
            "{short} swings the ax on {pct}% of its workforce",
        ),
        trade_lead=(
            "{co} is letting go of {count} people, {pct}% of its workforce.",
            "Around {count} employees at {co} will lose their jobs in a restructuring.",
        ),
        filing=(
            "On {day}, the Board of Directors of {legal} approved a restructuring plan that includes a reduction of the Company's workforce "
            "by approximately {pct}%. The Company expects to incur charges for severance.",
            "On {day}, the Company committed to a reduction in force of {count} employees, representing {pct}% of its headcount.",
        ),
    ),
    "facility_expansion": Style(
        wire=(
            "{co} Opens New {plant} in {place}",
            "{co} to Invest {amt} in New {plant} in {place}",
            "{co} Breaks Ground on {amt} {plant} in {place}",
            "{co} Announces {amt} Expansion of {plant} in {place}",
            "{co} Celebrates Grand Opening of {place} {plant}",
            "{co} Expands Footprint With New {plant} in {place}",
        ),
        wire_lead=(
            "{legal}{tick} today announced {a_amt} investment in a new {plant_l} in {place} that will create about {count} jobs.",
            "{legal}{tick} has opened a {plant_l} in {place}. The site represents an investment of {amt}.",
        ),
        trade=(
            "{short} pours {amts} into {place} {plant_l}",
            "{short} opens {plant_l} in {place}",
            "{short} plots {amts} {plant_l} in {place}",
            "{short} breaks ground in {place}",
            "{place} wins {short}'s {amts} {plant_l}",
            "{short} bulks up in {place} with {amts} site",
        ),
        trade_lead=(
            "{co} is spending {amts} on a {plant_l} in {place}.",
            "A new {plant_l} of {co} in {place} will bring {count} jobs.",
        ),
        filing=("On {day}, {legal} announced an investment of {amt} in a new {plant_l} located in {place}.",),
    ),
    "bankruptcy_distress/chapter_11": Style(
        wire=(
            "{co} Files Voluntary Petition for Chapter 11",
            "{co} Initiates Chapter 11 Proceedings to Facilitate Sale of Assets",
            "{co} Commences Voluntary Chapter 11 Cases",
            "{co} Seeks Chapter 11 Protection",
            "{co} Announces Chapter 11 Filing and Wind-Down of Operations",
            "{co} Enters Voluntary Chapter 11 Process",
        ),
        wire_lead=(
            "{legal}{tick} today announced that it has filed a voluntary petition under Chapter 11 of the U.S. Bankruptcy Code in the "
            "District of Delaware and will pursue a sale of its assets.",
        ),
        trade=(
            "{short} goes bankrupt",
            "{short} files for Chapter 11 after cash runs dry",
            "Out of money, {short} enters bankruptcy",
            "{short} throws in the towel with Chapter 11 filing",
            "Bankruptcy claims {short}",
            "{short} lands in bankruptcy court",
        ),
        trade_lead=("{co} has filed for bankruptcy protection in Delaware.",),
        filing=(
            "On {day}, {legal} filed a voluntary petition for relief under chapter 11 of title 11 of the United States Code in the United States "
            "Bankruptcy Court for the District of Delaware.",
        ),
    ),
    "bankruptcy_distress/strategic_alternatives": Style(
        wire=(
            "{co} to Explore Strategic Alternatives",
            "{co} Announces Review of Strategic Alternatives to Maximize Shareholder Value",
            "{co} Initiates Process to Evaluate Strategic Alternatives",
            "{co} Board Commences Strategic Alternatives Review",
            "{co} Announces Exploration of Strategic Alternatives, Including Sale or Wind-Down",
            "{co} Engages {bank} to Review Strategic Alternatives",
        ),
        wire_lead=(
            "{legal}{tick} today announced that its board has initiated a review of strategic alternatives, which may include a sale, "
            "merger or dissolution. {bank} has been engaged as adviser.",
        ),
        trade=(
            "{short} weighs its options as cash dwindles, hires {bank} for review",
            "{short} puts itself on the block with strategic review",
            "{short} starts strategic review",
            "{short} looks for a way out, launching strategic review",
            "{short} calls in bankers for strategic alternatives review",
            "{short} opens review of strategic alternatives",
        ),
        trade_lead=("{co} has begun a review of strategic alternatives that could end in a sale or liquidation.",),
        filing=(
            "On {day}, {legal} announced that its Board of Directors has initiated a process to explore a range of strategic alternatives, "
            "and that the Company has engaged {bank} as financial advisor.",
        ),
    ),
    "product_launch": Style(
        wire=(
            "{co} Launches {product}",
            "{co} Announces [U.S. |Commercial |Global ]Launch of {product}",
            "{co} Introduces {product}, [a New Tool for|Bringing Automation to] {segment}",
            "{product} From {co} Now Available",
            "{co} Announces Commercial Availability of {product}",
            "{co} Unveils {product} for {segment}",
        ),
        wire_lead=(
            "{legal}{tick} today announced the commercial launch of {product}, designed for {segment_l}. The product is available immediately.",
            "{legal}{tick}, {about}, today introduced {product}. Orders are being shipped to customers now.",
        ),
        trade=(
            "{short} rolls out {product}",
            "{short} launches {product}",
            "{short} brings {product} to market",
            "{product} hits the market, {short} says",
            "{short} debuts {product} for {segment_l}",
            "Now shipping: {short}'s {product}",
        ),
        trade_lead=("{co} has put {product} on the market.", "{co} started selling {product} on {weekday}."),
        filing=("On {day}, {legal} issued a press release announcing the commercial launch of {product}.",),
    ),
    "filing/13d": Style(wire=(), wire_lead=(), trade=(), trade_lead=()),
    "filing/nt": Style(wire=(), wire_lead=(), trade=(), trade_lead=()),
}
