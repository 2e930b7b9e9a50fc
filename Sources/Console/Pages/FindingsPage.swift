internal import Cronmill

/// What is not as it should be in a work database and its part of the registry, found when somebody asks.
struct FindingsPage {
    let database: String
    let drift: Result<Comparison, Problem>
    let permissions: Result<PermissionReport, Problem>
    let viewer: Viewer

    var html: HTML {
        Page.view(
            title: "Drift and permissions",
            trail: [.name(database, Link.database(database))],
            role: viewer.role,
            "\(Page.section("Drift", drift.html(shown)))\(Page.section("Permissions", permissions.html(shown)))"
        )
    }

    private func shown(_ comparison: Comparison) -> HTML {
        let items = comparison.differences.map { difference -> HTML in
            let repair = difference.command ?? "cronmill sync --database \(database.shellWord)"
            return "<li>\(difference.text) <span>\(HTML.command(repair))</span></li>\n"
        }
        let list: HTML = items.isEmpty ? "<p>Both halves say the same.</p>" : "<ul class=\"groups\">\(items)</ul>"
        return "\(list)<p>\(HTML.command("cronmill sync --check --database \(database.shellWord)"))</p>"
    }

    private func shown(_ report: PermissionReport) -> HTML {
        let items = report.wrong.map { finding -> HTML in
            let remedy: HTML =
                finding.remedy.map { remedy in
                    """
                    <pre tabindex="0">\(HTML(lines: remedy.sql))</pre>
                    <small>in database <bdi>\(remedy.database)</bdi>, by \(remedy.executor.title)\
                    \(report.mayRun(remedy) ? ": you may" : "")\(remedy.needsRestart ? "; the server has to be restarted" : "")</small>
                    """
                } ?? ""
            return "<li><b class=\"verdict bad\">\(finding.state.rawValue)</b> \(finding.text)\(remedy)</li>\n"
        }
        let list: HTML = items.isEmpty ? "<p>All that is needed is there.</p>" : "<ul class=\"groups\">\(items)</ul>"
        return "\(list)<p>\(HTML.command("cronmill check-permissions --database \(database.shellWord)"))</p>"
    }
}
