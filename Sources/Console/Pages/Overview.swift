internal import Cronmill
internal import FoundationEssentials
internal import HTTPTypes

/// The first page: whether somebody has to come, for what, and how everything is.
struct Overview {
    let snapshot: Snapshot
    let filter: Filter
    let now: ContinuousClock.Instant
    /// For whom it is; nil offers no action.
    var viewer: Viewer?

    private var shown: [ProcessorStatus] { snapshot.processors.filter(filter.matches) }

    /// Those that have to be looked at, worst first: verdicts are in this order.
    private var troubled: [ProcessorStatus] {
        let order = Dictionary(uniqueKeysWithValues: Verdict.allCases.enumerated().map { ($0.element, $0.offset) })
        return shown.filter { !$0.verdict.isFine }.enumerated()
            .sorted { (order[$0.element.verdict] ?? 0, $0.offset) < (order[$1.element.verdict] ?? 0, $1.offset) }
            .map(\.element)
    }

    private var unreachable: [(database: String, error: any Error)] {
        snapshot.unreachable.filter { filter.matches(unreachable: $0.database) }
    }

    /// Alarms that nobody has said to know of.
    private var raised: [Alarm] {
        (snapshot.alarms ?? []).filter { $0.acknowledgedAt == nil && filter.matches($0) }
    }

    var title: String {
        let count =
            troubled.count + unreachable.count + raised.count + (snapshot.report.cronError == nil ? 0 : 1)
        return count == 0 ? "All is well" : "\(count) to look at"
    }

    var page: HTML {
        let events = Link.to("events", ["q": filter.isEmpty ? nil : filter.text])
        return Page.whole(
            title: title,
            head: Page.renewal(every: 5, events: events),
            """
            <header><h1>Cronmill</h1>\(Self.search(filter.text))\(Page.navigation(viewer?.role ?? ""))\(Page.renewalNotes)</header>
            <main data-version="\(snapshot.version)">
            \(parts.html(at: now))
            </main>
            """
        )
    }

    var parts: Parts {
        Parts(
            state: state,
            attention: attention,
            databases: databases.map(part),
            ifNone: "<p>\(filter.isEmpty ? "None." : "None is like that.")</p>"
        )
    }

    /// The databases it shows, by name.
    var databaseNames: [String] { databases.map(\.name) }

    private var standby: HTML {
        guard snapshot.isStandby else { return "" }
        return "<p class=\"banner\" role=\"status\">\(Problem.standby.detail)</p>"
    }

    /// - Parameter text: what was typed, whether or not it is a filter.
    static func search(_ text: String) -> HTML {
        """
        <form method="get" action="./" role="search">
        <label for="q">Filter</label>
        <input id="q" name="q" type="search" value="\(text)" maxlength="\(Filter.longest)" \
        placeholder="db:cust* verdict:behind" autocomplete="off" spellcheck="false">
        <button>Show</button>
        </form>
        """
    }

    // MARK: The server

    private var state: OverviewPart {
        var facts: [(name: String, value: HTML, isBad: Bool)] = []
        let report = snapshot.report
        if report.cronError != nil {
            facts.append(("pg_cron", "not visible", true))
        } else if let scheduler = report.scheduler {
            facts.append(("pg_cron", "\(scheduler.obstacle ?? "starts jobs")", scheduler.obstacle != nil))
        }
        if let capacity = report.capacity {
            let limit = capacity.maxRunningJobs.map(String.init) ?? "?"
            let isBad = capacity.maxRunningJobs.map { capacity.needed > $0 } ?? false
            facts.append(("jobs needed / limit", "\(capacity.needed) / \(limit)", isBad))
        }
        let alarms: HTML = snapshot.alarms.map { "\($0.count)" } ?? "not visible"
        facts.append(("alarms", "<a href=\"alarms\">\(alarms)</a>", snapshot.alarms?.isEmpty == false))
        let paused = snapshot.processors.count { $0.verdict == .paused }
        if paused > 0 {
            let those = Link.to("./", ["q": "verdict:paused"])
            facts.append(("paused processors", "<a href=\"\(those)\">\(paused)</a>", false))
        }
        facts.append(("databases", "\(report.databases.count)", false))
        if !snapshot.pending.isEmpty { facts.append(("not asked yet", "\(snapshot.pending.count)", false)) }
        let shown = facts.map { fact -> HTML in
            "<div class=\"\(fact.isBad ? "bad" : "fine")\"><dt>\(fact.name)</dt><dd>\(fact.value)</dd></div>"
        }
        let beginning: HTML = "<div id=\"state\">\(standby)<dl>\(shown)<div class=\"fine\"><dt>oldest figure</dt><dd>"
        let since = snapshot.oldest
        return OverviewPart(
            id: "state",
            beginning: beginning,
            since: since,
            end: "\(since == nil ? "nothing seen yet" : "")</dd></div></dl></div>"
        )
    }

    // MARK: Needs attention

    private var attention: OverviewPart {
        let beginning: HTML = "<section id=\"attention\"><h2>Needs attention</h2>"
        guard let error = snapshot.report.cronError else {
            let items = troubles
            let content: HTML = items.isEmpty ? "<p>Nothing.</p>" : "<ul>\(items)</ul>"
            return OverviewPart(id: "attention", beginning: "\(beginning)\(content)</section>")
        }
        let since = snapshot.cronAnsweredAt
        return OverviewPart(
            id: "attention",
            beginning: """
                \(beginning)<ul><li><b class="verdict bad">down</b> \
                <span>cron database: \(Snapshot.reason(error)).\(since == nil ? "" : " It answered last ")
                """,
            since: since,
            end: "\(since == nil ? "" : " ago.")</span></li>\(troubles)</ul></section>"
        )
    }

    /// All but the cron database, an item each.
    private var troubles: [HTML] {
        var items: [HTML] = []
        items += unreachable.map { database, error in
            let since = snapshot.downSince[database].map { "; since \(PageTime.second($0.iso8601)) UTC" } ?? ""
            return """
                <li><b class="verdict bad">unreachable</b> <span class="name">\(HTML.name(database, Link.database(database)))</span>
                <span class="reason">\(Snapshot.reason(error))\(since)</span> \(HTML.command("cronmill status --database \(database.shellWord)"))</li>
                """
        }
        items += troubled.map { status in
            """
            <li><b class="verdict bad">\(status.verdict.rawValue)</b> \
            <span class="name">\(HTML.name(status.database, Link.database(status.database))) / \
            \(HTML.name(status.processor, Link.processor(status.processor, in: status.database)))</span>
            <span class="reason">\(status.reasonAlone)</span> \(HTML.command(status.nextCommand))</li>
            """
        }
        items += alarms
        if filter.isEmpty {
            items += snapshot.remarks.map {
                "<li class=\"remark\"><b class=\"verdict\">note</b> <span>\($0)</span></li>"
            }
        }
        return items
    }

    /// As many as a person reads.
    private var alarms: [HTML] {
        let (raised, most) = (raised, 20)
        let here = Link.address("./", ["q": filter.isEmpty ? nil : filter.text])
        let items = raised.prefix(most).map { alarm -> HTML in
            let address = Link.to("acknowledge", ["alarm": String(alarm.id), "back": here])
            return """
                <li><b class="verdict bad">alarm</b> <span class="name">\(HTML.place(alarm))</span>
                <span class="reason">\(alarm.kind): \(alarm.detail) Since \(alarm.raisedAt.description).</span> \
                <span>\(HTML.action("Acknowledge", address, Target.alarm(alarm.id).command(.acknowledge), mayAct: viewer?.offersToAcknowledge(alarm) ?? false))</span></li>
                """
        }
        guard raised.count > most else { return items }
        let rest: HTML = "<span>\(raised.count - most) more alarms</span> \(HTML.command("cronmill alarms --all"))"
        return items + ["<li><b class=\"verdict bad\">alarm</b> \(rest)</li>"]
    }

    // MARK: All databases

    /// Those that fit the filter, with their processors that do; nil for one that cannot be reached.
    private var databases: [(name: String, found: [ProcessorStatus]?)] {
        snapshot.report.databases.compactMap { result in
            switch result.outcome {
            case .failure: return filter.matches(unreachable: result.database) ? (result.database, nil) : nil
            case .success(let found):
                let matching = found.filter(filter.matches)
                let isShown = !matching.isEmpty || found.isEmpty && filter.matches(unreachable: result.database)
                return isShown ? (result.database, matching) : nil
            }
        }
    }

    private func part(_ name: String, _ found: [ProcessorStatus]?) -> OverviewPart {
        let cells: [HTML]
        if let found {
            cells = found.isEmpty ? ["<li class=\"cell quiet\">no processor</li>"] : found.map(Self.cell)
        } else {
            cells = ["<li class=\"cell bad\">unreachable</li>"]
        }
        let id = "d-\(String(Asset.hash(name), radix: 36))"
        let since = snapshot.askedAt[name]
        return OverviewPart(
            id: id,
            beginning: """
                <section class="database" id="\(id)"><h3>\(HTML.name(name, Link.database(name))) <small>
                """,
            since: since,
            end: "\(since == nil ? "" : " ago")</small></h3>\n<ul class=\"cells\">\(cells)</ul></section>\n\n"
        )
    }

    private static func cell(_ status: ProcessorStatus) -> HTML {
        """
        <li class="cell \(status.verdict.style)"><span class="name">\(HTML.name(status.processor, Link.processor(status.processor, in: status.database)))</span> \
        <b class="verdict">\(status.verdict.rawValue)</b>
        <span class="figures">\(figures(status))</span></li>
        """
    }

    /// Those of them that say something: of most processors most are zero.
    private static func figures(_ status: ProcessorStatus) -> HTML {
        let oldest = status.oldestReady.map { ", oldest \($0.shortText)" } ?? ""
        var parts: [HTML] = []
        if status.isEnabled || status.running > 0 { parts.append("\(status.running)/\(status.slots) running") }
        if status.ready > 0 { parts.append("\(status.ready.counted) ready\(oldest)") }
        if status.scheduled > 0 { parts.append("\(status.scheduled.counted) later") }
        if status.dead > 0 { parts.append("<b class=\"bad\">\(status.dead.counted) dead</b>") }
        if let due = status.nextDue { parts.append("<span class=\"whole\">due \(due.description)</span>") }
        return HTML(parts.enumerated().map { $0.offset == 0 ? $0.element : "; \($0.element)" })
    }
}

extension Verdict {
    /// The class of what shows it, beside the word.
    var style: HTML {
        switch self {
        case .ok: "good"
        case .idle, .disabled, .asleep: "quiet"
        case .paused, .waiting, .interrupted, .unknown: "odd"
        case .drifted, .overdue, .failing, .behind, .held: "bad"
        }
    }
}
