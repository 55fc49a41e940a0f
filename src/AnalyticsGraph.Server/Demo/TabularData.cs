using System.Globalization;
using System.IO.Compression;

namespace AnalyticsGraph.Server.Demo;

/// <summary>A table of numbers, each row of one class.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Columns">The features' names.</param>
/// <param name="Classes">The classes' names, by number.</param>
/// <param name="Features">The numbers, by row.</param>
/// <param name="Targets">The classes, by row.</param>
internal sealed record TabularData(string Name, IReadOnlyList<string> Columns, IReadOnlyList<string> Classes, double[][] Features, int[] Targets)
{
    private static readonly string[] Measures =
        ["radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave_points", "symmetry", "fractal_dimension"];

    /// <summary>The bundled tables.</summary>
    public static IEnumerable<TabularData> Bundled()
    {
        yield return Read("iris", "iris.csv", ["sepal_length", "sepal_width", "petal_length", "petal_width"]);
        yield return Read(
            "wine",
            "wine_data.csv",
            [
                "Alcohol", "Malicacid", "Ash", "Alcalinity_of_ash", "Magnesium", "Total_phenols", "Flavanoids", "Nonflavanoid_phenols", "Proanthocyanins", "Color_intensity", "Hue",
                "0D280_0D315_of_diluted_wines", "Proline",
            ]);
        yield return Read("breast cancer", "breast_cancer.csv", [.. Measures.Select(m => $"mean_{m}"), .. Measures.Select(m => $"{m}_error"), .. Measures.Select(m => $"worst_{m}")]);
        yield return Read("digits", "digits.csv.gz", [.. Enumerable.Range(0, 64).Select(i => $"pixel_{i / 8}_{i % 8}")]);
    }

    private static TabularData Read(string name, string file, string[] columns)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "samples", "tabular", file));
        using var reader = new StreamReader(file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        // Most files begin with a line of their own: rows, features, and the names of the classes.
        var head = lines[0].Split(',');
        var isHead = !double.TryParse(head[^1], CultureInfo.InvariantCulture, out _);
        var rows = lines.Skip(isHead ? 1 : 0).Select(line => line.Split(',').Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        var targets = rows.Select(row => (int)row[^1]).ToArray();
        return new TabularData(
            name,
            columns,
            isHead ? head[2..] : [.. Enumerable.Range(0, targets.Max() + 1).Select(target => target.ToString(CultureInfo.InvariantCulture))],
            [.. rows.Select(row => row[..^1])],
            targets);
    }
}
