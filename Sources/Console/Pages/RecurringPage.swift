internal import Cronmill

/// A recurring template, whole, with its next ticks.
struct RecurringPage {
    let template: RecurringTemplate
    let ticks: [RecurringTemplate.Tick]
    let viewer: Viewer

    /// So many ticks are shown, as on the command line.
    static let ticks = 5

    private var database: String { template.database }

    var html: HTML {
        let command = "cronmill recurring show \(template.name.shellWord) --database \(database.shellWord)"
        return Page.view(
            title: template.name,
            trail: [.name(database, Link.database(database)), "Recurring"],
            role: viewer.role,
            """
            \(facts)
            \(Page.section(template.isEnabled ? "Next ticks" : "Next ticks, if it were enabled", next))
            \(Page.section("Template", template.template.map(TaskDetail.block) ?? "<p>Not visible: that takes an operator.</p>"))
            <p>\(HTML.command(command))</p>
            """
        )
    }

    private var facts: HTML {
        let isBad = template.error != nil || template.isLate
        return .facts([
            ("state", "<b class=\"verdict \(isBad ? "bad" : "")\">\(template.state)</b>"),
            ("queue", .name(template.queue, Link.tasks(database, queue: template.queue))),
            ("schedule", "<code>\(template.schedule)</code>"), ("zone", "\(template.zone)"),
            ("catch up", "\(template.catchUp.rawValue), within \(template.catchUpWithin.roundTripText)"),
            ("overlap", "\(template.overlap.rawValue)"), ("defined by", template.definedBy.map { "<bdi>\($0)</bdi>" }),
            ("last tick", template.lastAt.map { "\($0.description)" }),
            ("last task", template.lastTaskID.map { "\(String($0))" }),
            (
                "last graph",
                template.lastGraphID.map { "<a href=\"\(Link.graph($0, in: database))\">\(String($0))</a>" }
            ),
            ("error", template.error.map { "<bdi>\($0)</bdi>" }),
        ])
    }

    private var next: HTML {
        guard !ticks.isEmpty else { return "<p>None.</p>" }
        var grid = Grid("On the clock of its zone, and in UTC.", ["in \(template.zone)", "in UTC"])
        for tick in ticks {
            grid.append(["\(tick.local)", "\(PageTime.second(tick.utc))"])
        }
        return grid.html
    }
}
