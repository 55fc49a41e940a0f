using System.Collections.Immutable;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>A column of a row, or a value inside its JSON, as it is selected, compared and ordered by.</summary>
internal sealed class ValueExpression
{
    private readonly string _alias;
    private readonly ColumnModel _column;
    private readonly ImmutableArray<string> _path;
    private readonly ScalarKind _kind;

    /// <summary>A column.</summary>
    /// <param name="alias">The table's alias.</param>
    /// <param name="column">The real column.</param>
    /// <param name="isOuter">Whether the row may be missing (the far side of an outer join).</param>
    public ValueExpression(string alias, ColumnModel column, bool isOuter = false)
    {
        (_alias, _column, _path) = (alias, column, []);
        Type = SqlTypes.Of(column.Kind);
        IsNullable = column.IsNullable || isOuter;
        MayBeNaN = column.MayBeNaN;
    }

    /// <summary>A value inside a JSON column.</summary>
    /// <param name="alias">The table's alias.</param>
    /// <param name="column">The JSON or text column.</param>
    /// <param name="path">Keys or positions.</param>
    /// <param name="kind">What the value is read as; another kind of value reads as null.</param>
    public ValueExpression(string alias, ColumnModel column, ImmutableArray<string> path, ScalarKind kind)
    {
        (_alias, _column, _path, _kind) = (alias, column, path, kind);
        Type = kind switch
        {
            ScalarKind.Int or ScalarKind.Long => SqlType.Int64,
            ScalarKind.Double => SqlType.Double,
            ScalarKind.Boolean => SqlType.Boolean,
            _ => SqlType.Text,
        };
        IsNullable = true;
        MayBeNaN = false;
    }

    private ValueExpression(ValueExpression plain) => (_alias, _column, _path, _kind, Type) = (plain._alias, plain._column, plain._path, plain._kind, plain.Type);

    /// <summary>The alias of the row it stands in.</summary>
    public string Alias => _alias;

    /// <summary>The column, if it is one whole.</summary>
    public string? Column => _path.IsEmpty ? _column.Name : null;

    /// <summary>The type it is compared as.</summary>
    public SqlType Type { get; }

    /// <summary>Whether it can be null.</summary>
    public bool IsNullable { get; }

    /// <summary>Whether NaN is among its values.</summary>
    public bool MayBeNaN { get; }

    /// <summary>The same where a condition keeps missing values and NaN out.</summary>
    public ValueExpression AsPlain() => new(this);

    /// <summary>Appends the expression.</summary>
    public void AppendTo(SqlBuilder sql)
    {
        if (!_path.IsEmpty)
        {
            JsonExpressions.Append(sql, _alias, _column, _path, _kind);
        }
        else if (sql.IsPostgres)
        {
            AppendPostgres(sql);
        }
        else
        {
            AppendClickHouse(sql);
        }
    }

    /// <summary>Appends a missing value of the column's type as it is selected, in PostgreSQL.</summary>
    public void AppendNullTo(SqlBuilder sql) => sql.Append("NULL::").Append(_column.Kind switch
    {
        ColumnKind.Single or ColumnKind.Decimal => "float8",
        ColumnKind.EnumText => "text",
        ColumnKind.LocalTimestamp or ColumnKind.Date => "timestamptz",
        _ => _column.StoreType,
    });

    private void AppendPostgres(SqlBuilder sql)
    {
        switch (_column.Kind)
        {
            case ColumnKind.Single or ColumnKind.Decimal:
                sql.AppendColumn(_alias, _column.Name).Append("::float8");
                break;
            case ColumnKind.EnumText:
                sql.AppendColumn(_alias, _column.Name).Append("::text");
                break;
            case ColumnKind.LocalTimestamp:
                sql.Append('(').AppendColumn(_alias, _column.Name).Append(" AT TIME ZONE 'UTC')");
                break;
            case ColumnKind.Date:
                sql.Append('(').AppendColumn(_alias, _column.Name).Append("::timestamp AT TIME ZONE 'UTC')");
                break;
            default:
                sql.AppendColumn(_alias, _column.Name);
                break;
        }
    }

    private void AppendClickHouse(SqlBuilder sql)
    {
        var function = _column.Kind switch
        {
            ColumnKind.Single or ColumnKind.Decimal => "toFloat64(",
            ColumnKind.EnumText => "toString(",
            ColumnKind.Date => "toDateTime64(",
            _ => null,
        };
        if (function is null)
        {
            sql.AppendColumn(_alias, _column.Name);
            return;
        }

        sql.Append(function).AppendColumn(_alias, _column.Name).Append(_column.Kind == ColumnKind.Date ? ", 6, 'UTC')" : ")");
    }
}
