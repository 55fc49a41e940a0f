using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>One thing that rows are grouped by, and how its values are shown.</summary>
/// <param name="Path">The field's place: <c>experiment.name</c>.</param>
/// <param name="First">The first of its columns.</param>
/// <param name="Count">How many columns it has.</param>
/// <param name="Field">The field as which they are shown; null for the global id of the table's rows.</param>
/// <param name="Table">The table that the field is of.</param>
internal sealed record GroupKey(string Path, int First, int Count, LeafField? Field, TableModel Table);

/// <summary>A column of a statement's groups.</summary>
/// <param name="Value">The value.</param>
/// <param name="Form">What of the value rows are grouped by.</param>
/// <param name="Model">The column that it makes.</param>
/// <param name="Descending">Whether the greatest comes first.</param>
internal sealed record GroupColumn(AggregateValue Value, GroupForm Form, ColumnModel Model, bool Descending)
{
    public void AppendTo(SqlBuilder sql)
    {
        if (Form.Unit is { } unit)
        {
            Value.AppendTime(sql, unit, Form.Zone);
        }
        else if (Form.Width is { } width)
        {
            Value.AppendBin(sql, width);
        }
        else
        {
            Value.AppendTo(sql);
        }
    }
}

/// <summary>What of a value rows are grouped by: itself, the unit of time it lies in, or the bin.</summary>
/// <param name="Unit">A unit of time in lower case; null for none.</param>
/// <param name="Zone">The zone whose days, weeks ... are meant.</param>
/// <param name="Width">The width of bins; null for none.</param>
internal sealed record GroupForm(string? Unit, string Zone, double? Width)
{
    // Beyond it an integer and a width could together leave 64 bits.
    private const double WidestBin = 1e15;

    // Beyond it the beginning of the lowest bin could leave the range of doubles.
    private const double WidestDoubleBin = 1e290;

    /// <summary>Reads and checks what stands at an entry's end.</summary>
    /// <param name="path">The entry's place, for messages.</param>
    /// <param name="value">The value grouped by.</param>
    /// <param name="arguments">The input.</param>
    public static GroupForm Read(string path, AggregateValue value, ArgumentValues arguments)
    {
        var zone = arguments.Get<string>("zone", "UTC");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) || !found.HasIanaId || found.Id != zone)
        {
            throw InputErrors.Bad($"{path}.zone: \"{zone}\" is no time zone; give the name of one, like \"Europe/Berlin\".");
        }

        double? width = arguments.TryGet("width", out var given) && given is not null ? Convert.ToDouble(given, System.Globalization.CultureInfo.InvariantCulture) : null;
        if (width is not null && (!double.IsFinite(width.Value) || width <= 0))
        {
            throw InputErrors.Bad($"{path}.width: it must be a finite number greater than 0.");
        }

        if (width is not null && value.Type == SqlType.Int64 && (width % 1 != 0 || width > WidestBin))
        {
            throw InputErrors.Bad($"{path}.width: the bins of integers have a whole width of at most {WidestBin:0}.");
        }

        if (width > WidestDoubleBin)
        {
            throw InputErrors.Bad($"{path}.width: bins have a width of at most {WidestDoubleBin}.");
        }

        return width is not null && value.Type is not (SqlType.Int64 or SqlType.Double)
            ? throw InputErrors.Bad($"{path}.width: only numbers have bins.")
            : new GroupForm(arguments.Get<string>("unit")?.ToLowerInvariant(), zone, width);
    }
}
