internal import Cronmill

/// A work database: its processors, dead tasks, recurring templates and graphs.
struct DatabasePage {
    let database: String
    let processors: Result<[ProcessorStatus], Problem>
    let statistics: Result<StatisticsReport, Problem>
    let dead: Result<DeadTaskGroups, Problem>
    let recurring: Result<[RecurringTemplate], Problem>
    let graphs: Result<[TaskGraph], Problem>
    let viewer: Viewer

    private var here: String { Link.address("database", ["db": database]) }

    private var parts: Parts { Parts(database: database, viewer: viewer) }

    var html: HTML {
        let queues = (try? processors.get()) ?? []
        let named = Dictionary(queues.map { ($0.queue, $0.processor) }) { first, _ in first }
        return Page.view(
            title: database,
            trail: [],
            role: viewer.role,
            """
            <p class="links"><a href="\(Link.tasks(database))">Tasks</a> \
            <a href="\(Link.to("timeline", ["db": database]))">Timeline</a> \
            <a href="\(Link.to("findings", ["db": database]))">Drift and permissions</a></p>
            \(Page.section("Processors", processors.html(shown)))
            \(Page.section("Tasks and runs", statistics.html(parts.statistics)))
            \(Page.section("Dead tasks", dead.html { parts.dead($0, processors: named, on: here) }))
            \(Page.section("Recurring", recurring.html(shown)))
            \(Page.section("Graphs", graphs.html(recent)))
            """
        )
    }

    private func shown(_ processors: [ProcessorStatus]) -> HTML {
        guard !processors.isEmpty else { return "<p>None.</p>" }
        var grid = Grid(
            "Counts are exact up to 100,000.",
            [
                "processor", "verdict", "why", "running", "ready", "oldest", "scheduled", "retrying", "dead",
                "done in the last hour",
            ]
        )
        for status in processors {
            func count(_ count: Int, _ state: String) -> HTML {
                guard count > 0 else { return "0" }
                return "<a href=\"\(Link.tasks(database, queue: status.queue, state: state))\">\(count.counted)</a>"
            }
            grid.append(
                [
                    .name(status.processor, Link.processor(status.processor, in: database)),
                    "<b class=\"verdict \(status.verdict.style)\">\(status.verdict.rawValue)</b>", "\(status.reason)",
                    "\(status.running)/\(status.slots)", count(status.ready, "ready"),
                    "\(status.oldestReady?.shortText ?? "")",
                    count(max(0, status.scheduled - status.retrying), "scheduled"), count(status.retrying, "retrying"),
                    count(status.dead, "dead"), "\(status.doneLastHour.grouped)",
                ],
                style: status.verdict.isFine ? "" : "bad"
            )
        }
        return grid.html
    }

    private func shown(_ templates: [RecurringTemplate]) -> HTML {
        guard !templates.isEmpty else { return "<p>None.</p>" }
        var grid = Grid(
            "Tasks at the times of a schedule.",
            ["template", "queue", "schedule", "zone", "enabled", "next", "last", "error"]
        )
        for template in templates {
            let late: HTML = template.isLate ? " <b class=\"bad\">late</b>" : ""
            grid.append(
                [
                    .name(template.name, Link.recurring(template.name, in: database)),
                    "<bdi>\(template.queue)</bdi>", "<code>\(template.schedule)</code>",
                    "\(template.zone)", template.isEnabled ? "yes" : "no",
                    "\(template.nextAt?.description ?? "")\(late)",
                    "\(template.lastAt?.description ?? "")", "<bdi>\(template.error?.firstLine ?? "")</bdi>",
                ],
                style: template.error == nil && !template.isLate ? "" : "bad"
            )
        }
        return "\(grid.html)<p>\(HTML.command("cronmill recurring list --database \(database.shellWord)"))</p>"
    }

    private func recent(_ graphs: [TaskGraph]) -> HTML {
        guard !graphs.isEmpty else { return "<p>None.</p>" }
        let all = Link.to("graphs", ["db": database])
        return "\(GraphsPage.list(graphs, "The newest ten.", in: database))<p><a href=\"\(all)\">More graphs</a></p>"
    }
}
