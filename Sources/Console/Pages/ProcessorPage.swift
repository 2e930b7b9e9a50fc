internal import Cronmill

/// A processor: how it is, what it is set to, what it did.
struct ProcessorPage {
    let status: ProcessorStatus
    let settings: Result<ProcessorSettings, Problem>
    let statistics: Result<StatisticsReport, Problem>
    let dead: Result<DeadTaskGroups, Problem>
    let runs: Result<RunReport, Problem>
    let viewer: Viewer
    /// How long ago its verdict and counts were seen.
    let age: Duration?

    private var here: String {
        Link.address("processor", ["db": status.database, "processor": status.processor])
    }

    private var parts: Parts { Parts(database: status.database, viewer: viewer) }

    var html: HTML {
        Page.view(
            title: status.processor,
            trail: [.name(status.database, Link.database(status.database))],
            role: viewer.role,
            renewedEvery: 15,
            """
            <p class="said"><b class="verdict \(status.verdict.style)">\(status.verdict.rawValue)</b> \(status.reasonAlone)\(seen)</p>
            <p>\(actions)\(HTML.command(status.nextCommand))</p>
            \(HTML.taskCounts(status))
            \(Page.section("Tasks and runs", statistics.html(parts.statistics)))
            \(Page.section("Dead tasks", dead.html { parts.dead($0, processors: [status.queue: status.processor], on: here) }))
            \(Page.section("Last runs", "\(runs.html(parts.runs))\(timeline)"))
            \(Page.section("Settings", settings.html(shown)))
            """
        )
    }

    private var seen: HTML { age.map { " <small>seen \(HTML.age($0)) ago</small>" } ?? "" }

    private var actions: HTML {
        guard viewer.mayAct else { return "" }
        let actions: [Action] = [status.isPaused ? .resume : .pause] + (status.dead > 0 ? [.redrive, .purge] : [])
        return HTML(
            actions.map { action in
                let address = Link.to(
                    action.rawValue,
                    ["db": status.database, "processor": status.processor, "back": here]
                )
                let object: HTML = action == .redrive || action == .purge ? " all dead tasks" : ""
                return "<a class=\"action\" href=\"\(address)\">\(action.verb)\(object)</a> "
            }
        )
    }

    private var timeline: HTML {
        let link = Link.to("timeline", ["db": status.database, "processor": status.processor])
        return """
            <p><a href="\(link)">Timeline</a> \
            \(HTML.command("cronmill runs \(status.processor.shellWord) --database \(status.database.shellWord)"))</p>
            """
    }

    private func shown(_ settings: ProcessorSettings) -> HTML {
        let facts: [(name: String, value: HTML?)] =
            [
                ("queue", "<bdi>\(settings.queue)</bdi>"), ("handler", "<code>\(settings.handler)</code>"),
                ("run as", "<bdi>\(settings.runAs)</bdi>"),
            ] + settings.settings.map { ($0.title, "\($0.text)") }
        let command = "cronmill configure \(status.processor.shellWord) --database \(status.database.shellWord)"
        return "\(HTML.facts(facts))<p>\(HTML.command(command))</p>"
    }
}

extension HTML {
    /// How many tasks of a processor are in which state, each leading to them.
    static func taskCounts(_ status: ProcessorStatus) -> HTML {
        func count(_ count: Int, _ state: String) -> HTML {
            "<a href=\"\(Link.tasks(status.database, queue: status.queue, state: state))\">\(count.counted)</a>"
        }
        return .facts([
            ("ready", count(status.ready, "ready")), ("oldest ready", status.oldestReady.map { "\($0.shortText)" }),
            ("scheduled", count(max(0, status.scheduled - status.retrying), "scheduled")),
            ("retrying", count(status.retrying, "retrying")), ("dead", count(status.dead, "dead")),
            ("done in the last hour", "\(status.doneLastHour.grouped)"),
            ("failed attempts", "\(status.failedLastHour.grouped)"),
            ("slots running", "\(status.running) of \(status.slots), \(status.waiting) waiting"),
            ("schedule", "<code>\(status.schedule)</code>"), ("next due", status.nextDue.map { "\($0.description)" }),
            ("sleeps", status.sleepState.map { "\($0)" }),
        ])
    }
}
