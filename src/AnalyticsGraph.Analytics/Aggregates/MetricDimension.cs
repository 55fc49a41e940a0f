using System.Globalization;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>One thing that metrics are grouped by: something of the points, or of their runs.</summary>
internal sealed record MetricDimension
{
    // Beyond it an integer and a width could together leave 64 bits.
    private const double WidestBin = 1e15;

    /// <summary>The name of its column.</summary>
    public required string Name { get; init; }

    /// <summary>What its values are.</summary>
    public required DataColumnKind Kind { get; init; }

    /// <summary>Whether the greatest comes first.</summary>
    public bool Descending { get; init; }

    /// <summary>The type of the objects whose keys it has.</summary>
    public string? TypeName { get; init; }

    /// <summary>For something of the points: the column.</summary>
    public string? Column { get; init; }

    /// <summary>For something of the run: the value.</summary>
    public RowColumn? OfRun { get; init; }

    /// <summary>The width of bins; null for none.</summary>
    public double? Width { get; init; }

    /// <summary>The unit of time in lower case; null for the moment itself.</summary>
    public string? Unit { get; init; }

    /// <summary>The zone whose days, weeks ... are meant.</summary>
    public string Zone { get; init; } = "UTC";

    /// <summary>Whether 0 stands for none.</summary>
    public bool ZeroIsNone => TypeName is "LoggedModel" or "Dataset";

    /// <summary>Whether summaries of series do not have it.</summary>
    public bool IsOfPointsAlone => Column is "epoch" or "step" or "time" or "model_id" or "dataset_id";

    /// <summary>Reads an entry of <c>groupBy</c>.</summary>
    /// <param name="entry">A coerced input, <c>@oneOf</c>.</param>
    /// <param name="path">Its place in the arguments.</param>
    public static MetricDimension Read(ArgumentValues entry, string path)
    {
        var (name, value) = entry.Values[0];
        var arguments = (ArgumentValues)value!;
        path = $"{path}.{name}";
        var dimension = name switch
        {
            "experiment" => OfPoint("experiment_id", DataColumnKind.Id, "Experiment"),
            "run" => OfPoint("run_id", DataColumnKind.Id, "Run"),
            "model" => OfPoint("model_id", DataColumnKind.Id, "LoggedModel"),
            "dataset" => OfPoint("dataset_id", DataColumnKind.Id, "Dataset"),
            "key" or "label" or "scope" => OfPoint(name, DataColumnKind.Text),
            "rank" or "epoch" or "step" => OfPoint(name, DataColumnKind.Integer) with { Width = Bin(arguments, $"{path}.width", isWhole: true) },
            "time" => OfPoint(name, DataColumnKind.Time) with { Unit = arguments.Get<string>("unit")?.ToLowerInvariant(), Zone = ReadZone(arguments.Get("zone", "UTC"), $"{path}.zone") },
            "trial" => OfRunValue(new RowColumn("trial_id"), DataColumnKind.Id, "Trial"),
            "job" => OfRunValue(new RowColumn("id", "jobs"), DataColumnKind.Id, "Job"),
            "status" => OfRunValue(new RowColumn("status"), DataColumnKind.Text),
            "user" => OfRunValue(new RowColumn("user_name"), DataColumnKind.Text),
            "tag" => OfRunValue(new RowColumn("value", "tags", [("key", Key())]), DataColumnKind.Text) with { Name = $"tag {Key()}" },
            _ when Bin(arguments, $"{path}.width", isWhole: false) is { } width =>
                OfRunValue(new RowColumn("number", "params", [("key", Key())]), DataColumnKind.Number) with { Name = $"param {Key()}", Width = width },
            _ => OfRunValue(new RowColumn("value", "params", [("key", Key())]), DataColumnKind.Text) with { Name = $"param {Key()}" },
        };
        return dimension with { Descending = arguments.Get<string>("direction") == "DESC" };

        string Key() => ArgumentErrors.Storable($"{path}.key", arguments.Get<string>("key")!);
        MetricDimension OfPoint(string column, DataColumnKind kind, string? type = null) => new() { Name = name, Kind = kind, TypeName = type, Column = column };
        MetricDimension OfRunValue(RowColumn column, DataColumnKind kind, string? type = null) => new() { Name = name, Kind = kind, TypeName = type, OfRun = column };
    }

    /// <summary>The values of the runs, as they are grouped by.</summary>
    /// <param name="rows">The runs.</param>
    /// <param name="column">Which of the columns that were asked for it is.</param>
    public CodedValues Code(SelectedRows rows, int column) => CodedValues.Of(
        Kind switch
        {
            DataColumnKind.Id => Array.ConvertAll(rows.Integers(column), key => (object?)key),
            DataColumnKind.Number => Starts(rows.Numbers(column), new NumberBins(Width!.Value)),
            _ => rows.Texts(column),
        },
        Descending);

    // Neither NaN nor an infinity lies in a bin.
    private static object?[] Starts(double?[] numbers, NumberBins bins) => Array.ConvertAll(numbers, number => number is { } x && double.IsFinite(x) ? (object?)bins.StartOf(x) : null);

    private static double? Bin(ArgumentValues arguments, string path, bool isWhole)
    {
        if (!arguments.TryGet("width", out var given) || given is null)
        {
            return null;
        }

        var width = Convert.ToDouble(given, CultureInfo.InvariantCulture);
        return !double.IsFinite(width) || width <= 0 ? throw ArgumentErrors.BadInput(path, $"`{path}` must be a finite number greater than 0.")
            : isWhole && (width % 1 != 0 || width > WidestBin) ? throw ArgumentErrors.BadInput(path, $"`{path}`: the bins of integers have a whole width of at most {WidestBin:0}.")
            : width;
    }

    private static string ReadZone(string zone, string path) => TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) && found.HasIanaId && found.Id == zone
        ? zone
        : throw ArgumentErrors.BadInput(path, $"\"{zone}\" is no time zone; give the name of one, like \"Europe/Berlin\".");
}
