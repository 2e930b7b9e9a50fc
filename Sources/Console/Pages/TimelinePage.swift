internal import Cronmill

/// Runs of a database or processor over one to 24 hours, drawn and as a table.
struct TimelinePage {
    let database: String
    let processor: String?
    let hours: Int
    let timeline: Timeline
    let report: RunReport
    /// Whether there were too many runs to count them all at each time.
    let isPartial: Bool
    /// pg_cron's limit of runs at once; nil if it cannot be read.
    let limit: Int?
    /// Whether runs of other jobs are among them.
    let showsOthers: Bool
    /// When it ends.
    let now: ServerTime
    let viewer: Viewer

    static let hours = [1, 3, 6, 12, 24]
    /// The newest are drawn.
    static let mostRuns = 20_000

    var html: HTML {
        var trail: [HTML] = [.name(database, Link.database(database))]
        if let processor { trail.append(.name(processor, Link.processor(processor, in: database))) }
        return Page.view(title: "Timeline", trail: trail, role: viewer.role, "\(choice)\(drawing)\(notes)\(table)")
    }

    private var choice: HTML {
        let links = Self.hours.map { count -> HTML in
            let address = Link.to("timeline", ["db": database, "processor": processor, "hours": String(count)])
            let current: HTML = count == hours ? " aria-current=\"true\"" : ""
            return "<a href=\"\(address)\"\(current)>\(count) h</a>"
        }
        return """
            <p class="links">\(HTML(links, separator: " "))</p>
            <p>\(hours == 1 ? "The hour" : "The \(hours) hours") to \(now.description)</p>

            """
    }

    private var drawing: HTML {
        guard report.isSwitchedOff != true else { return "<p>cron.log_run is off: pg_cron keeps no history.</p>" }
        let legend = [
            ("succeeded", "succeeded"), ("tasks", "tasks of it failed"), ("running", "going on"), ("failed", "failed"),
            ("gone", "gone: its backend is not there any more"), ("stopped", "stopped: its job was deactivated"),
        ].map { style, text -> HTML in
            "<li><svg width=\"14\" height=\"14\" viewBox=\"0 0 14 14\" aria-hidden=\"true\">\(Self.sample(style))</svg> \(text)</li>"
        }
        return "\(timeline.load(limit: limit))\(timeline.svg)\(timeline.axis(now))<ul class=\"legend\">\(legend)</ul>\n"
    }

    private static func sample(_ style: String) -> HTML {
        switch style {
        case "stopped": "<rect class=\"stopped\" x=\"1\" y=\"7\" width=\"12\" height=\"6\"/>"
        case "failed": "<rect class=\"failed\" x=\"1\" y=\"1\" width=\"12\" height=\"12\"/>"
        case "tasks": "<rect class=\"tasks\" x=\"1\" y=\"2\" width=\"12\" height=\"11\"/>"
        case "gone": "<rect class=\"gone\" x=\"1\" y=\"1\" width=\"12\" height=\"12\"/>"
        default: "<rect class=\"\(style)\" x=\"1\" y=\"3\" width=\"12\" height=\"9\"/>"
        }
    }

    private var notes: HTML {
        var notes: [HTML] = []
        if report.runs.count >= Self.mostRuns {
            notes.append("<p>Only the newest \(Self.mostRuns.grouped) runs are drawn.</p>")
        }
        if isPartial {
            notes.append(
                "<p>How many went at once is counted of the server's newest \(Self.mostRuns.grouped) runs.</p>"
            )
        }
        if !showsOthers {
            notes.append("<p>Jobs that are not Cronmill's are visible to the registry's owner only.</p>")
        }
        return HTML(notes)
    }

    /// A line for runs that are alike and follow each other, which says what the drawing shows.
    private var table: HTML {
        var grid = Grid("Times are of \(now.zone).", ["slot", "first run at", "last run at", "runs", "status"])
        let most = 500
        var left = 0
        for lane in timeline.lanes {
            guard !lane.bars.isEmpty else {
                grid.append(["<bdi>\(lane.title)</bdi>", "", "", "0", ""])
                continue
            }
            let bars = lane.inShort
            for bar in bars.suffix(max(1, most / max(1, timeline.lanes.count))) {
                grid.append(
                    [
                        "<bdi>\(lane.title)</bdi>", "\(bar.first.text)", "\(bar.last.text)", "\(bar.count.grouped)",
                        "\(bar.outcome.word)",
                    ],
                    style: bar.outcome.style
                )
            }
            left += max(0, bars.count - most / max(1, timeline.lanes.count))
        }
        let note: HTML = left == 0 ? "" : "<p>\(left.grouped) lines before these are left out.</p>"
        let names = processor.map { " \($0.shellWord)" } ?? ""
        let command = "cronmill runs\(names) --database \(database.shellWord) --since \(hours)h"
        return Page.section("The same as a table", "\(grid.html)\(note)<p>\(HTML.command(command))</p>")
    }
}
