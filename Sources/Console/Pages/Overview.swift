internal import Cronmill
internal import HTTPTypes

/// The first page: whether somebody has to come, for what, and how everything is.
struct Overview {
    let snapshot: Snapshot
    let filter: Filter
    let now: ContinuousClock.Instant
    /// Whether it offers actions.
    var mayAct = false
    /// As whom its viewer acts.
    var role = ""

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

    var page: HTML {
        let count =
            troubled.count + unreachable.count + raised.count + (snapshot.report.cronError == nil ? 0 : 1)
        return Page.whole(
            title: count == 0 ? "All is well" : "\(count) to look at",
            head: Page.renewal(every: 5),
            """
            <header><h1>Cronmill</h1>\(Self.search(filter.text))\(Page.navigation(role))</header>
            <main>
            \(Page.renewalNotes)
            \(standby)
            \(state)
            \(attention)
            \(databases)
            </main>
            """
        )
    }

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

    private var state: HTML {
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
        let age: HTML = snapshot.age(at: now).map(HTML.age) ?? "nothing seen yet"
        facts.append(("oldest figure", age, false))
        return """
            <dl id="state">\(facts.map { fact in
                "<div class=\"\(fact.isBad ? "bad" : "fine")\"><dt>\(fact.name)</dt><dd>\(fact.value)</dd></div>" as HTML
            })</dl>
            """
    }

    // MARK: Needs attention

    private var attention: HTML {
        var items: [HTML] = []
        if let error = snapshot.report.cronError {
            let since: HTML = snapshot.cronAnsweredAt.map { " It answered last \(HTML.age(now - $0)) ago." } ?? ""
            items.append(
                "<li><b class=\"verdict bad\">down</b> <span>cron database: \(Snapshot.reason(error)).\(since)</span></li>"
            )
        }
        items += unreachable.map { database, error in
            """
            <li><b class="verdict bad">unreachable</b> <span class="name">\(HTML.name(database, Link.database(database)))</span>
            <span class="reason">\(Snapshot.reason(error))</span> \(HTML.command("cronmill status --database \(database.shellWord)"))</li>
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
        let content: HTML = items.isEmpty ? "<p>Nothing.</p>" : "<ul>\(items)</ul>"
        return "<section id=\"attention\"><h2>Needs attention</h2>\(content)</section>"
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
                <span>\(HTML.action("Acknowledge", address, Target.alarm(alarm.id).command(.acknowledge), mayAct: mayAct))</span></li>
                """
        }
        guard raised.count > most else { return items }
        let rest: HTML = "<span>\(raised.count - most) more alarms</span> \(HTML.command("cronmill alarms --all"))"
        return items + ["<li><b class=\"verdict bad\">alarm</b> \(rest)</li>"]
    }

    // MARK: All databases

    private var databases: HTML {
        let sections = snapshot.report.databases.compactMap { result -> HTML? in
            let age: HTML = snapshot.askedAt[result.database].map { "\(HTML.age(now - $0)) ago" } ?? ""
            let cells: [HTML]
            switch result.outcome {
            case .failure:
                guard filter.matches(unreachable: result.database) else { return nil }
                cells = ["<li class=\"cell bad\">unreachable</li>"]
            case .success(let found):
                let matching = found.filter(filter.matches)
                guard !matching.isEmpty || found.isEmpty && filter.matches(unreachable: result.database) else {
                    return nil
                }
                cells = matching.isEmpty ? ["<li class=\"cell quiet\">no processor</li>"] : matching.map(Self.cell)
            }
            return """
                <section class="database"><h3>\(HTML.name(result.database, Link.database(result.database))) <small>\(age)</small></h3>
                <ul class="cells">\(cells)</ul></section>

                """
        }
        let content: HTML =
            sections.isEmpty ? "<p>\(filter.isEmpty ? "None." : "None is like that.")</p>" : HTML(sections)
        return "<section id=\"databases\"><h2>Databases</h2>\(content)</section>"
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
