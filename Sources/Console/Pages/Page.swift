/// What all pages have in common.
enum Page {
    /// A whole document.
    ///
    /// - Parameters:
    ///   - title: of the window.
    ///   - head: what else stands in the head.
    ///   - body: all that is seen.
    static func whole(title: String, head: HTML = "", _ body: HTML) -> HTML {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(title) · Cronmill</title>
        <link rel="stylesheet" href="console.css">
        \(head)
        </head>
        <body>
        \(body)
        </body>
        </html>

        """
    }
}
