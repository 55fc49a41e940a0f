using System.Text;
using AnalyticsGraph.GraphQL.Oracle;

// A line of JSON in, a line of JSON out, until the input ends. See Oracle for what may be asked.
using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { NewLine = "\n" };
var oracle = new Oracle();
while (await input.ReadLineAsync() is { } line)
{
    if (!string.IsNullOrWhiteSpace(line))
    {
        await output.WriteLineAsync(await oracle.AnswerAsync(line));
        await output.FlushAsync();
    }
}
