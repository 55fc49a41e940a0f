using System.Collections.Concurrent;
using AnalyticsGraph.Server.Tests.Running;
using Microsoft.Playwright;

namespace AnalyticsGraph.Server.Tests.Starting;

/// <summary>The IDE in a real browser. What it looks like is in <c>artifacts/ide.png</c> afterwards.</summary>
[Collection("sample")]
public sealed class IdeTests(SampleServer sample)
{
    private static readonly string[] Flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    [Fact]
    public async Task Ide_Should_AnswerAQueryWithoutOutsideRequests_When_ItRunsInABrowser()
    {
        var chromium = ((string[])["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]).FirstOrDefault(File.Exists);
        Assert.True(chromium is not null, "This test needs Chromium: apt-get install -y chromium");
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = Flags });
        var page = await browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = 1400, Height = 900 } });
        var requests = new ConcurrentQueue<string>();
        var problems = new ConcurrentQueue<string>();
        page.Request += (_, request) => requests.Enqueue(request.Url);
        page.PageError += (_, error) => problems.Enqueue(error);
        var artifacts = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts")).FullName;
        try
        {
            await page.GotoAsync(new Uri(sample.Server.Url, "graphql").ToString());
            await page.GetByText("Create Document").First.ClickAsync();
            var editor = page.Locator(".monaco-editor").First;
            await editor.ClickAsync();
            await page.Keyboard.PressAsync("Control+A");
            await page.Keyboard.InsertTextAsync("query Facts { runs { totalCount } experiments(first: 3, order: [{name: ASC}]) { nodes { name } } }");

            // The IDE takes a moment to understand what was typed, and until then a click on Run does nothing.
            var answer = await page.WaitForFunctionAsync(
                """
                () => {
                    const answer = [...document.querySelectorAll('.view-lines')].find(lines => lines.innerText.includes('227'));
                    if (answer) return answer.innerText;
                    [...document.querySelectorAll('button')].find(button => button.innerText.trim() === 'Run')?.click();
                }
                """,
                options: new PageWaitForFunctionOptions { PollingInterval = 3000, Timeout = 90_000 });
            Assert.Contains("autolog", await answer.JsonValueAsync<string>(), StringComparison.Ordinal);
        }
        finally
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(artifacts, "ide.png") });
        }

        Assert.All(requests, url => Assert.True(new Uri(url) is { Scheme: "data" or "blob" } or { Host: "127.0.0.1" } && (!url.StartsWith("http", StringComparison.Ordinal) || new Uri(url).Port == sample.Server.Url.Port), $"The IDE asked for {url}."));
        Assert.Contains(requests, url => url == new Uri(sample.Server.Url, "graphql/").ToString());
        Assert.Empty(problems);
    }
}
