internal import Cronmill

/// Alarms that are raised, those that are over, and from what on there are any.
struct AlarmsPage {
    let alarms: [Alarm]
    let thresholds: Result<[ThresholdSet], Problem>
    let showsHistory: Bool
    let viewer: Viewer

    /// So many are shown, the newest.
    private static let most = 200

    var html: HTML {
        let raised = alarms.filter { $0.clearedAt == nil }
        let over = alarms.filter { $0.clearedAt != nil }
        let history: HTML =
            showsHistory
            ? Page.section("Over", over.isEmpty ? "<p>None.</p>" : list(over))
            : "<p><a href=\"alarms?history\">Those that are over, too</a></p>\n"
        return Page.view(
            title: "Alarms",
            trail: [],
            role: viewer.role,
            """
            \(Page.section("Raised", raised.isEmpty ? "<p>None.</p>" : list(raised)))
            \(history)
            \(Page.section("Thresholds", thresholds.html(shown)))
            """
        )
    }

    private func list(_ alarms: [Alarm]) -> HTML {
        let items = alarms.prefix(Self.most).map { alarm -> HTML in
            let isNew = alarm.acknowledgedAt == nil && alarm.clearedAt == nil
            let known =
                alarm.acknowledgedAt.map { " Acknowledged \($0.description) by \(alarm.acknowledgedBy ?? "?")." } ?? ""
            let over = alarm.clearedAt.map { " Over \($0.description)." } ?? ""
            let fault: HTML = alarm.deliveryError.map { "<p class=\"bad\">Nobody was told: <bdi>\($0)</bdi></p>" } ?? ""
            let action: HTML = isNew ? "<span>\(acknowledge(alarm))</span>" : ""
            return """
                <li><b class="verdict \(isNew ? "bad" : "")">\(alarm.kind)</b> \(HTML.place(alarm))
                <span class="reason"><bdi>\(alarm.detail)</bdi> Since \(alarm.raisedAt.description).\(known)\(over)</span>
                \(fault)\(action)</li>

                """
        }
        let rest: HTML =
            alarms.count > Self.most
            ? "<p>\((alarms.count - Self.most).grouped) more: \(HTML.command("cronmill alarms --all --history"))</p>"
            : ""
        return "<ul class=\"groups\">\(items)</ul>\(rest)"
    }

    private func acknowledge(_ alarm: Alarm) -> HTML {
        .action(
            "Acknowledge",
            Link.to("acknowledge", ["alarm": String(alarm.id), "back": showsHistory ? "alarms?history" : "alarms"]),
            Target.alarm(alarm.id).command(.acknowledge),
            mayAct: viewer.offersToAcknowledge(alarm)
        )
    }

    private func shown(_ sets: [ThresholdSet]) -> HTML {
        var grid = Grid(
            "What is not set for a database or processor is as for all.",
            ["for"] + Threshold.allCases.map { $0.rawValue.replacing("_", with: " ") }
        )
        for set in sets {
            let names = [set.database, set.processor].compactMap { $0 }.map { "<bdi>\($0)</bdi>" as HTML }
            grid.append(
                [names.isEmpty ? "all" : HTML(names, separator: " / ")]
                    + Threshold.allCases.map { threshold in "\(set.values[threshold]?.text ?? "")" }
            )
        }
        return "\(grid.html)<p>\(HTML.command("cronmill alarms thresholds"))</p>"
    }
}
