using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Catalog;

/// <summary>Which columns a field of some kind can be read from without losing anything.</summary>
internal static class ColumnTypes
{
    public static bool Fits(ScalarKind kind, ColumnModel column, Store store) => kind switch
    {
        ScalarKind.Int => column.Kind == ColumnKind.Integer && IsInt32(column.StoreType),
        ScalarKind.Long => column.Kind == ColumnKind.Integer,
        ScalarKind.Double => column.Kind is ColumnKind.Integer || column.MayBeNaN,
        ScalarKind.String => column.Kind is ColumnKind.Text or ColumnKind.EnumText or ColumnKind.Uuid or ColumnKind.Json or ColumnKind.JsonBinary,
        ScalarKind.Id => column.Kind is ColumnKind.Text or ColumnKind.Uuid,
        ScalarKind.Boolean => column.Kind == ColumnKind.Boolean,
        ScalarKind.DateTime => column.Kind is ColumnKind.Timestamp or ColumnKind.LocalTimestamp or ColumnKind.Date,
        ScalarKind.Duration => column.Kind == ColumnKind.Interval,
        ScalarKind.Json => column.Kind is ColumnKind.Json or ColumnKind.JsonBinary or ColumnKind.Text or ColumnKind.Map,
        ScalarKind.Enum => column.Kind is ColumnKind.Text or ColumnKind.EnumText,
        _ => store == Store.Postgres && column.Kind != ColumnKind.Unknown,
    };

    public static string Wanted(ScalarKind kind) => kind switch
    {
        ScalarKind.Int => "an Int needs an integer of 32 bits, make it Long for a wider one",
        ScalarKind.Long => "a Long needs an integer",
        ScalarKind.Double => "a Double or Float needs a number",
        ScalarKind.String => "a String needs text",
        ScalarKind.Id => "an ID needs text or a UUID",
        ScalarKind.Boolean => "a Boolean needs a Boolean",
        ScalarKind.DateTime => "a DateTime needs a timestamp or date",
        ScalarKind.Duration => "a Duration needs an interval",
        ScalarKind.Json => "a JSON needs JSON, text, or a map",
        _ => "an enum needs text",
    };

    private static bool IsInt32(string type) => type is "smallint" or "integer" or "smallint[]" or "integer[]"
        || new[] { "Int8", "Int16", "Int32", "UInt8", "UInt16" }.Contains(type.Replace("Nullable(", "", StringComparison.Ordinal).Replace("Array(", "", StringComparison.Ordinal).TrimEnd(')'));
}
