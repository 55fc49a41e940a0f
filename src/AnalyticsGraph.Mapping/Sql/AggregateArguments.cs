using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>Which measures <c>having</c> and <c>order</c> speak of.</summary>
internal static class AggregateArguments
{
    /// <summary>Every measure of a <c>having</c> with its operators, those of conditions within conditions left out.</summary>
    /// <param name="table">The table that is aggregated.</param>
    /// <param name="condition">An input of <c>having</c>.</param>
    /// <param name="path">Its place, for messages.</param>
    public static IEnumerable<(AggregateMeasure Measure, ArgumentValues Operators, string Path)> Conditions(TableModel table, ArgumentValues condition, string path)
    {
        foreach (var (name, value) in condition.Values.ToArray())
        {
            if (name == "count")
            {
                yield return (AggregateMeasure.Rows, Given(value, $"{path}.{name}"), $"{path}.{name}");
            }
            else if (name == "fields")
            {
                foreach (var found in OfFields(table, "", Given(value, $"{path}.{name}"), $"{path}.{name}"))
                {
                    yield return found;
                }
            }
        }
    }

    /// <summary>The measure of an entry of <c>order</c>, and whether the greatest comes first.</summary>
    /// <param name="table">The table that is aggregated.</param>
    /// <param name="entry">A sort input, <c>@oneOf</c> on every level.</param>
    public static (AggregateMeasure Measure, bool Descending) Order(TableModel table, ArgumentValues entry)
    {
        var (name, value) = entry.Values[0];
        if (name == "count")
        {
            return (AggregateMeasure.Rows, value is "DESC");
        }

        RowModel row = table;
        var prefix = "";
        while (true)
        {
            var (fieldName, inner) = ((ArgumentValues)value!).Values[0];
            value = inner;
            if (row.Fields[fieldName] is EmbeddedField embedded)
            {
                (row, prefix) = (embedded.Target, prefix + embedded.Prefix);
                continue;
            }

            var (function, direction) = ((ArgumentValues)value!).Values[0];
            return (new AggregateMeasure((LeafField)row.Fields[fieldName], prefix, AggregateFunctions.Parse(function)), direction is "DESC");
        }
    }

    private static IEnumerable<(AggregateMeasure Measure, ArgumentValues Operators, string Path)> OfFields(RowModel row, string prefix, ArgumentValues fields, string path)
    {
        foreach (var (name, value) in fields.Values.ToArray())
        {
            var at = $"{path}.{name}";
            var inner = Given(value, at);
            if (row.Fields[name] is EmbeddedField embedded)
            {
                foreach (var found in OfFields(embedded.Target, prefix + embedded.Prefix, inner, at))
                {
                    yield return found;
                }

                continue;
            }

            foreach (var (function, operators) in inner.Values.ToArray())
            {
                yield return (
                    new AggregateMeasure((LeafField)row.Fields[name], prefix, AggregateFunctions.Parse(function)), Given(operators, $"{at}.{function}"), $"{at}.{function}");
            }
        }
    }

    private static ArgumentValues Given(object? value, string path) => value as ArgumentValues ?? throw InputErrors.Bad($"{path}: null is no condition; leave it out.");
}
