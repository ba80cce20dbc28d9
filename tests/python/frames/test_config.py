"""`Config`: tables look as Polars' do by each setting; what else there is is refused."""

import doline
import polars
import pytest
from doline.table_style import FORMATS

SMALL = {"a": [1, 20, -3], "b": ["x", "yy", None]}
NUMBERS = {"f": [1234567.891, 0.1, -1.5, None], "i": [1234567, 2, -1234, None]}


def both(data, call):
    texts = []
    for pl in (polars, doline):
        with pl.Config() as config:
            call(config)
            texts.append(str(pl.DataFrame(data)))
    return texts


@pytest.mark.parametrize(("format", "rounded"), [*((format, False) for format in FORMATS), ("UTF8_FULL", True),
                                                 ("UTF8_FULL_CONDENSED", True), ("ASCII_FULL", True)])
def test_lines(format, rounded):
    expected, given = both(SMALL, lambda config: config.set_tbl_formatting(format, rounded))
    assert given == expected


@pytest.mark.parametrize("name", ["ascii_tables", "tbl_column_data_type_inline", "tbl_dataframe_shape_below",
                                  "tbl_hide_column_data_types", "tbl_hide_column_names", "tbl_hide_dataframe_shape",
                                  "tbl_hide_dtype_separator"])
def test_switches(name):
    expected, given = both(SMALL, lambda config: getattr(config, f"set_{name}")())
    assert given == expected
    expected, given = both(SMALL, lambda config: getattr(config, f"set_{name}")(active=False))
    assert given == expected


@pytest.mark.parametrize("side", ["LEFT", "CENTER", "RIGHT"])
@pytest.mark.parametrize("name", ["tbl_cell_alignment", "tbl_cell_numeric_alignment"])
def test_sides(name, side):
    expected, given = both(SMALL, lambda config: getattr(config, f"set_{name}")(side))
    assert given == expected


@pytest.mark.parametrize("options", [{"fmt_float": "full"}, {"float_precision": 2}, {"thousands_separator": True},
                                     {"thousands_separator": "."}, {"thousands_separator": ".", "decimal_separator": ","}])
def test_numbers(options):
    def say(config):
        for name, value in options.items():
            getattr(config, f"set_{name}")(value)
    expected, given = both(NUMBERS, say)
    assert given == expected


@pytest.mark.parametrize(("most", "cell"), [(0, "[…]"), (1, "[…, 5]"), (2, "[1, …, 5]"), (4, "[1, 2, 3, …, 5]"),
                                            (-1, "[1, 2, 3, 4, 5]")])
def test_lists(most, cell):
    with doline.Config(fmt_table_cell_list_len=most):
        assert str(doline.DataFrame({"l": [[1, 2, 3, 4, 5]]})).splitlines()[-2].strip("│ ") == cell


def test_what_is_saved_is_loaded(tmp_path):
    with doline.Config(tbl_rows=3, tbl_formatting="NOTHING"):
        text = doline.Config.save()
        doline.Config.save_to_file(tmp_path / "settings")
    assert doline.Config.state(if_set=True) == {}
    for load in (lambda: doline.Config.load(text), lambda: doline.Config.load_from_file(tmp_path / "settings")):
        with load():
            assert doline.Config.state(if_set=True) == {"tbl_formatting": "NOTHING", "tbl_rows": 3}
    with doline.Config(tbl_rows=3), doline.Config(restore_defaults=True, tbl_cols=2):
        assert doline.Config.state(if_set=True) == {"tbl_cols": 2}


def test_every_setting_of_polars_is_there_or_refused():
    for name in dir(polars.Config):
        if name.startswith("_"):
            continue
        method = getattr(doline.Config, name)
        assert method.__doc__
        if method.__doc__.startswith("Not supported"):
            with pytest.raises(doline.NotSupported) as refused:
                method(1)
            assert refused.value.hint
    for wrong in ({"tbl_width_chars": 5}, {"nonsense": 1}):
        with pytest.raises(doline.NotSupported):
            doline.Config(**wrong)
    with pytest.raises(ValueError, match="UTF8_FULL"):
        doline.Config.set_tbl_formatting("bogus")


