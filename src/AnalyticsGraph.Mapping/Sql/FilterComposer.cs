using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Generation;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>Appends a filter input as a condition. Every part is a complete expression that is true, false or (for a missing value) unknown, which counts as false.</summary>
/// <param name="scope">The statement.</param>
/// <param name="use">How its conditions are met.</param>
internal sealed class FilterComposer(SqlScope scope, FilterUse use = FilterUse.Planned)
{
    private readonly SqlBuilder _sql = scope.Sql;
    private int _conditions;

    /// <summary>Appends <c> AND condition</c> for a field's <c>where</c>, or nothing if none was given.</summary>
    public void AppendAnd(TableModel table, string alias, ArgumentValues? filter)
    {
        if (filter is { Values.Length: > 0 })
        {
            _sql.Append(" AND ");
            Append(new FilterPlace(table, table, alias, "", "where", 1), filter);
        }
    }

    private void Append(FilterPlace place, ArgumentValues filter)
    {
        if (place.Depth > scope.Limits.MaxFilterDepth)
        {
            throw InputErrors.Limit($"{place.Path} is nested deeper than {scope.Limits.MaxFilterDepth} levels, the most of one filter.");
        }

        if (filter.Values.IsEmpty)
        {
            _sql.Append("TRUE");
            return;
        }

        _sql.Append('(');
        var isFirst = true;
        foreach (var (name, value) in filter.Values)
        {
            _sql.Append(isFirst ? "" : " AND ");
            isFirst = false;
            if (name is "and" or "or" && !place.Row.Fields.ContainsKey(name))
            {
                AppendJunction(place, name, value as object?[]);
            }
            else if (place.Row.FindExistence(name) is { } relation)
            {
                AppendExistence(place.Inner(name), relation, filter, name, value as bool?);
            }
            else
            {
                AppendField(place, place.Row.Fields[name], value as ArgumentValues);
            }
        }

        _sql.Append(')');
    }

    private void AppendJunction(FilterPlace place, string name, object?[]? parts)
    {
        var inner = place.Inner(name);
        if (parts is null)
        {
            throw InputErrors.Bad($"{inner.Path}: null is no list of conditions; leave it out.");
        }

        if (parts.Length == 0)
        {
            _sql.Append(name == "and" ? "TRUE" : "FALSE");
            return;
        }

        _sql.Append('(');
        for (var i = 0; i < parts.Length; i++)
        {
            _sql.Append(i == 0 ? "" : name == "and" ? " AND " : " OR ");
            Append(inner, (ArgumentValues)parts[i]!);
        }

        _sql.Append(')');
    }

    private void AppendField(FilterPlace place, FieldModel field, ArgumentValues? filter)
    {
        var inner = place.Inner(field.Name);
        if (filter is null)
        {
            throw InputErrors.Bad($"{inner.Path}: null is no condition; {WithoutIt(field)}leave it out.");
        }

        switch (field)
        {
            case GlobalIdField:
                AppendGlobalId(inner, filter);
                break;
            case LeafField leaf:
                AppendOperators(inner, leaf, filter);
                break;
            case EmbeddedField embedded:
                Append(inner with { Row = embedded.Target, Prefix = place.Prefix + embedded.Prefix }, filter);
                break;
            case RelationField { Type.IsList: false } relation when relation.Target.Store != place.Table.Store:
                AppendForeign(inner, relation, scope.Foreign.Of(relation, filter, ""), isNegated: false);
                break;
            case RelationField { Type.IsList: false } relation:
                AppendRelated(inner, relation, filter, isNegated: false, isInnerNegated: false);
                break;
            case RelationField relation:
                AppendList(inner, relation, filter);
                break;
        }
    }

    private static string WithoutIt(FieldModel field) => field switch
    {
        LeafField => "use `eq: null` to find rows without a value, or ",
        RelationField { Type: { IsList: false, IsNonNull: false } } => $"use `{field.Name}{GeneratedNames.Exists}: false` to find rows without one, or ",
        RelationField { Type.IsList: true } => "use `any: false` to find rows without one, or ",
        EmbeddedField => "ask its fields with `eq: null`, or ",
        _ => "",
    };

    private void AppendExistence(FilterPlace place, RelationField relation, ArgumentValues filter, string name, bool? exists)
    {
        if (exists is not { } there)
        {
            throw InputErrors.Bad($"{place.Path}: null is neither true nor false; leave it out.");
        }

        if (relation.Target.Store != place.Table.Store)
        {
            AppendForeign(place, relation, scope.Foreign.Of(relation, filter, name), isNegated: !there);
        }
        else
        {
            AppendRelated(place, relation, ArgumentValues.Empty, isNegated: !there, isInnerNegated: false);
        }
    }

    private void AppendOperators(FilterPlace place, LeafField field, ArgumentValues operators)
    {
        var column = place.Table.Columns[place.Prefix + (field is JsonField json ? json.Column : ((ColumnField)field).Column)];
        var expression = field is JsonField { Path: var path }
            ? new ValueExpression(place.Alias, column, path, field.Kind)
            : new ValueExpression(place.Alias, column);
        var indexed = use == FilterUse.Searched ? place.Table.SearchIndexes.FirstOrDefault(index => index.Text == column.Name && expression.Column is not null)?.MostCharacters ?? 0 : 0;
        var conditions = new LeafConditions(_sql, expression, field, place.Path, indexed);
        AppendOperators(place, conditions, operators);
    }

    /// <summary>Appends the operators of one value.</summary>
    public void AppendOperators(FilterPlace place, LeafConditions conditions, ArgumentValues operators)
    {
        if (operators.Values.IsEmpty)
        {
            _sql.Append("TRUE");
            return;
        }

        var isFirst = true;
        foreach (var (name, value) in operators.Values)
        {
            _sql.Append(isFirst ? "" : " AND ");
            isFirst = false;
            if (name is "and" or "or")
            {
                AppendOperatorJunction(place.Inner(name), conditions, name, value as object?[]);
                continue;
            }

            Count(place);
            conditions.Append(name, value, scope.Limits);
        }
    }

    private void AppendOperatorJunction(FilterPlace place, LeafConditions conditions, string name, object?[]? parts)
    {
        if (parts is null || place.Depth > scope.Limits.MaxFilterDepth)
        {
            throw parts is null
                ? InputErrors.Bad($"{place.Path}: null is no list of conditions; leave it out.")
                : InputErrors.Limit($"{place.Path} is nested deeper than {scope.Limits.MaxFilterDepth} levels, the most of one filter.");
        }

        _sql.Append('(').Append(parts.Length > 0 ? "" : name == "and" ? "TRUE" : "FALSE");
        for (var i = 0; i < parts.Length; i++)
        {
            _sql.Append(i == 0 ? "(" : name == "and" ? " AND (" : " OR (");
            AppendOperators(place, conditions, (ArgumentValues)parts[i]!);
            _sql.Append(')');
        }

        _sql.Append(')');
    }

    private void AppendList(FilterPlace place, RelationField relation, ArgumentValues filter)
    {
        var isFirst = true;
        foreach (var (name, value) in filter.Values)
        {
            _sql.Append(isFirst ? "" : " AND ");
            isFirst = false;
            var inner = place.Inner(name);
            if (value is null)
            {
                throw InputErrors.Bad($"{inner.Path}: null is no condition; leave it out.");
            }

            if (relation.Target.Store != place.Table.Store)
            {
                AppendForeign(inner, relation, scope.Foreign.Of(relation, filter, name), isNegated: name is "none" or "all" || value is false);
            }
            else if (name == "any")
            {
                AppendRelated(inner, relation, ArgumentValues.Empty, isNegated: value is false, isInnerNegated: false);
            }
            else
            {
                // Every row meets the condition: there is none that does not.
                AppendRelated(inner, relation, (ArgumentValues)value, isNegated: name is "none" or "all", isInnerNegated: name == "all");
            }
        }

        _sql.Append(isFirst ? "TRUE" : "");
    }

    private void AppendRelated(FilterPlace place, RelationField relation, ArgumentValues filter, bool isNegated, bool isInnerNegated)
    {
        Count(place);
        var related = new RelatedRows(scope, relation, place.Alias);
        related.AppendExists(isNegated, alias =>
        {
            if (filter.Values.IsEmpty)
            {
                _sql.Append(isInnerNegated ? " AND FALSE" : "");
            }
            else
            {
                _sql.Append(isInnerNegated ? " AND NOT coalesce(" : " AND ");
                Append(new FilterPlace(relation.Target, relation.Target, alias, "", place.Path, place.Depth), filter);
                _sql.Append(isInnerNegated ? ", FALSE)" : "");
            }

            // PostgreSQL makes no join of a subquery that skips rows, were it none of them.
            _sql.Append(use == FilterUse.Probed ? " OFFSET 0" : "");
        });
    }

    /// <summary>The related rows live in the other store, which was asked for their keys before.</summary>
    private void AppendForeign(FilterPlace place, RelationField relation, KeySet keys, bool isNegated)
    {
        Count(place);
        _sql.Append(isNegated ? "NOT coalesce(" : "(");
        if (keys.Count == 0)
        {
            _sql.Append("FALSE");
        }
        else
        {
            KeyConditions.AppendIn(scope, place.Alias, relation.From, keys);
        }

        _sql.Append(isNegated ? ", FALSE)" : ")");
    }

    private void AppendGlobalId(FilterPlace place, ArgumentValues operators)
    {
        var isFirst = true;
        foreach (var (name, value) in operators.Values)
        {
            Count(place);
            _sql.Append(isFirst ? "" : " AND ").Append(name[0] == 'n' ? "NOT " : "");
            isFirst = false;
            var ids = value is object?[] list ? list : [value];
            if (ids.Length > scope.Limits.MaxConditions)
            {
                throw InputErrors.Limit($"{place.Path}.{name} has {ids.Length} values; at most {scope.Limits.MaxConditions} are allowed.");
            }

            GlobalIdConditions.Append(_sql, place.Table, place.Alias, ids);
        }

        _sql.Append(isFirst ? "TRUE" : "");
    }

    private void Count(FilterPlace place)
    {
        if (++_conditions > scope.Limits.MaxConditions)
        {
            throw InputErrors.Limit($"{place.Path}: a filter has at most {scope.Limits.MaxConditions} conditions.");
        }
    }
}

/// <summary>Where in a filter and in a statement a condition stands.</summary>
/// <param name="Row">The type whose fields are named.</param>
/// <param name="Table">The table whose columns they are.</param>
/// <param name="Alias">Its alias.</param>
/// <param name="Prefix">What the columns of an embedded object begin with.</param>
/// <param name="Path">The place in the arguments, for messages.</param>
/// <param name="Depth">How deep.</param>
internal sealed record FilterPlace(RowModel Row, TableModel Table, string Alias, string Prefix, string Path, int Depth)
{
    public FilterPlace Inner(string name) => this with { Path = $"{Path}.{name}", Depth = Depth + 1 };
}
