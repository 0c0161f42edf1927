"""Trials: cleared, started, read out, stopped."""

from __future__ import annotations

from signalwatch.simulate.wording import Style

WORDING: dict[str, Style] = {
    "ind_clearance": Style(
        wire=(
            "{co} Announces FDA Clearance of [IND|Investigational New Drug Application] for {asset} in {ind}",
            "FDA Clears {co}'s IND Application for {asset}",
            "{co} Receives FDA Clearance to Initiate Phase 1 Trial of {asset}",
            "{co} Announces IND Clearance for {asset}, {mod_a}, for the Treatment of {ind}",
            '{co} Receives "Study May Proceed" Letter From FDA for {asset}',
            "U.S. FDA Accepts IND for {co}'s {asset} in {ind}",
            "{co} Gets Green Light From FDA to Begin First-in-Human Study of {asset}",
        ),
        wire_lead=(
            "{legal}{tick}, {about}, today announced that the U.S. Food and Drug Administration has cleared its investigational new drug "
            "application for {asset}, {mod_a}, for the treatment of {ind}.",
            "{legal}{tick} today announced that its IND application for {asset} is now in effect, allowing the company to proceed with a "
            "first clinical trial in {ind}.",
        ),
        trade=(
            "FDA waves {short}'s {asset} into the clinic",
            "{short} gets FDA go-ahead to test {asset} in humans",
            "{short} wins IND nod for {ind} drug",
            "{short}'s {mods} cleared for human testing",
            "FDA gives {short} the all-clear for {ind} study",
            "{short} clears IND hurdle with {asset}",
        ),
        trade_lead=(
            "The FDA has signed off on {co}'s IND for {asset}.",
            "{co} can now take {asset} into patients with {ind} after the FDA cleared its application.",
        ),
        filing=(
            'On {day}, {legal} announced that the U.S. Food and Drug Administration ("FDA") has cleared the Company\'s Investigational New Drug '
            "application for {asset} for the treatment of {ind}.",
        ),
    ),
    "trial_start": Style(
        wire=(
            "{co} Doses First Patient in {phase} [Trial|Study|Clinical Trial] of {asset} in {ind}",
            "{co} Announces First Participant Dosed in {phase} Study Evaluating {asset}",
            "{co} Initiates {phase} Clinical Trial of {asset} for {ind}",
            "{co} Announces Initiation of {phase} Trial of {asset}",
            "First Patient Enrolled in {co}'s {phase} {acronym} Trial of {asset}",
            "{co} Begins Dosing in {phase} {acronym} Study in {ind}",
            "{co} Commences {phase} Study of {asset} in Patients With {ind}",
        ),
        wire_lead=(
            "{legal}{tick}, {about}, today announced that the first patient has been dosed in its {phase} {acronym} trial of {asset} in "
            "patients with {ind}.",
            "{legal}{tick} today announced the initiation of a {phase} clinical trial evaluating {asset}, {mod_a}, in {ind}. The study is "
            "expected to enroll about {count} patients.",
        ),
        trade=(
            "{short} doses first patient with {asset}",
            "{short} kicks off {phl} trial in {ind}",
            "{short}'s {asset} enters {phl}",
            "{short} starts {phl} test of {ind} drug",
            "{short} gets {phl} {acronym} study underway",
            "First patient in: {short} opens {phl} trial of {asset}",
        ),
        trade_lead=(
            "{co} has dosed the first patient in a {phl} trial of {asset} in {ind}.",
            "The {phl} study by {co} will enroll {count} people with {ind}.",
        ),
        filing=(
            "On {day}, {legal} issued a press release announcing that the first patient has been dosed in its {phase} clinical trial of {asset} "
            "in {ind}.",
        ),
    ),
    "trial_results/positive": Style(
        wire=(
            "{co} Announces Positive Topline [Results|Data] From {phase} {acronym} Trial of {asset} in {ind}",
            "{co} Reports Positive {phase} Data for {asset} in {ind}",
            "{asset_cap} Met Primary Endpoint in {co}'s {phase} {acronym} Study",
            "{co}'s {asset} Demonstrates Statistically Significant Improvement in {phase} Trial in {ind}",
            "{co} Presents Encouraging Interim {phase} Results for {asset}",
            "{co} Announces {phase} {acronym} Trial of {asset} Achieved Primary and Key Secondary Endpoints",
            "New {phase} Data Show Durable Responses With {co}'s {asset}",
        ),
        wire_lead=(
            "{legal}{tick}, {about}, today announced positive topline results from the {phase} {acronym} trial of {asset} in {ind}. The trial met "
            "its primary endpoint with statistical significance (p<0.001).",
            "{legal}{tick} today reported {phase} data showing that {asset} led to a {pct}% improvement versus placebo in patients with {ind}. "
            "{asset_cap} was generally well tolerated.",
        ),
        trade=(
            "{short}'s {asset} hits the mark in {phl} {ind} trial",
            "{short} scores {phl} win in {ind}",
            "{short} posts upbeat {phl} data for {asset}",
            "{short} drug beats placebo in {phl}",
            "Phase win for {short}: {asset} clears {phl} bar in {ind}",
            "{short} touts {phl} success",
        ),
        trade_lead=(
            "{asset_cap} from {co} met the main goal of a {phl} trial in {ind}.",
            "{co} reported that {asset} outdid placebo by {pct}% in its {phl} study.",
        ),
        filing=(
            "On {day}, {legal} announced positive topline results from its {phase} {acronym} clinical trial of {asset} in patients with {ind}. The "
            "trial achieved its primary endpoint.",
            "The Company issued a press release on {day} reporting that {asset} met the primary endpoint of the {phase} {acronym} study.",
        ),
    ),
    "trial_results/negative": Style(
        wire=(
            "{co} Announces Topline Results From {phase} {acronym} Trial of {asset}; Primary Endpoint Not Met",
            "{co} Reports {phase} {acronym} Study of {asset} Did Not Meet Primary Endpoint in {ind}",
            "{co} Provides Results From {phase} Trial of {asset}, Which Missed Primary Endpoint",
            "{co}'s {asset} Failed to Achieve Statistical Significance in {phase} Trial",
            "{co} Announces {phase} {acronym} Trial Did Not Achieve Its Primary Endpoint",
            "{co} Announces Negative Topline Data From {phase} Study of {asset}",
        ),
        wire_lead=(
            "{legal}{tick} today announced that its {phase} {acronym} trial of {asset} in {ind} did not meet its primary endpoint.",
            "{legal}{tick} reported that {asset} did not separate from placebo in the {phase} {acronym} study.",
        ),
        trade=(
            "{short}'s {ind} drug flunks {phl}",
            "{short} misses in {phl} as {asset} fails to beat placebo",
            "{short} stumbles with {phl} failure",
            "{asset_cap} comes up short in {short}'s {phl} trial",
            "{short} craters on {phl} flop",
            "{phl_cap} fail for {short}",
        ),
        trade_lead=(
            "A {phl} trial of {co}'s {asset} in {ind} failed its main goal.",
            "{co} said {asset} was no better than placebo.",
        ),
        filing=(
            "On {day}, {legal} announced that its {phase} {acronym} clinical trial of {asset} in {ind} did not meet its primary endpoint.",
        ),
    ),
    "trial_setback/hold": Style(
        wire=(
            "{co} Announces FDA Clinical Hold on {asset} [Trial|Program]",
            "FDA Places Clinical Hold on {co}'s {phase} Trial of {asset}",
            "{co} Pauses Dosing in {phase} Study of {asset}",
            "{co} Provides Update on {asset}: FDA Issues Clinical Hold",
            "{co} Receives Partial Clinical Hold Notice From FDA for {asset}",
            "{co} Voluntarily Pauses {phase} {acronym} Trial Following Safety Finding",
        ),
        wire_lead=(
            "{legal}{tick} today announced that the FDA has placed a clinical hold on the {phase} {acronym} trial of {asset} in {ind} following a "
            "serious adverse event.",
            "{legal}{tick} has paused dosing in its {phase} trial of {asset} after a safety signal was observed.",
        ),
        trade=(
            "FDA slaps clinical hold on {short}'s {asset}",
            "{short} hit with clinical hold",
            "{short} stops dosing after safety event",
            "Safety scare puts {short}'s {phl} trial on ice",
            "FDA halts {short}'s {ind} study",
            "{short}'s {asset} on clinical hold after adverse event",
        ),
        trade_lead=(
            "The FDA has put a trial of {co}'s {asset} on clinical hold.",
            "{co} paused its {phl} study after a patient fell ill.",
        ),
        filing=(
            "On {day}, {legal} was informed by the FDA that its {phase} clinical trial of {asset} has been placed on clinical hold.",
        ),
    ),
    "trial_setback/discontinued": Style(
        wire=(
            "{co} Discontinues Development of {asset} in {ind}",
            "{co} to Discontinue {phase} {acronym} Trial of {asset}",
            "{co} Announces Termination of {phase} Study of {asset}",
            "{co} Ends {asset} Program Following Strategic Portfolio Review",
            "{co} Halts {phase} Trial of {asset} in {ind}",
            "{co} Stops {phase} {acronym} Study Early",
        ),
        wire_lead=(
            "{legal}{tick} today announced that it is discontinuing the {phase} {acronym} trial of {asset} in {ind} {why}.",
            "{legal}{tick} has decided to terminate development of {asset} for {ind} {why}.",
        ),
        trade=(
            "{short} drops {asset}",
            "{short} dumps {ind} program",
            "{short} calls time on {phl} trial",
            "{short} scraps {asset} in pipeline cull",
            "{short} pulls the plug on {phl} {ind} study",
            "{asset_cap} gets the chop at {short}",
        ),
        trade_lead=("{co} is abandoning {asset} in {ind} {why}.", "{co} has ended its {phl} trial of {asset}."),
        filing=(
            "On {day}, {legal} announced its decision to discontinue the {phase} clinical trial of {asset} in {ind} {why}.",
        ),
    ),
}
