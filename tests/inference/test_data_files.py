"""Tables of a laboratory: what is read is what was written, in any format, and a fit finds the truth in it."""

import numpy as np
import pytest
from counting import sigmas
from measured_tables import Write

import nvprotocol as nv
from nvprotocol.inference import Average, DataTable, Events, Photons, Variable, read_data
from nvprotocol.inference.readings import Counts

DELAYS = (0.2, 0.5, 0.9, 1.4, 2.0, 2.8)
READOUT = np.array([[0.98, 0.07], [0.02, 0.93]])
READINGS: tuple[str, ...] = ("00", "01", "10", "11")


def model(a: float, ratio: float) -> nv.Device:
    return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a, A=ratio * a)), readout=READOUT)


CIRCUITS = [nv.protocols.relaxometry(delay) for delay in DELAYS]
DRAWN = nv.probability(CIRCUITS, model(1.2, 0.7), "00", "readout", 4000, engine="exact", seed=3)
COUNTS: list[dict[str, int]] = [
    dict(zip(READINGS, map(int, one.counts[0]), strict=True)) for one in DRAWN if one.counts is not None
]


def wide(factor: float = 1.0, header: str = "duration_us", mark: str = ",") -> str:
    lines = [mark.join([header, *READINGS])]
    for delay, counts in zip(DELAYS, COUNTS, strict=True):
        lines.append(mark.join([f"{factor * delay:g}", *(str(counts.get(one, 0)) for one in READINGS)]))
    return "\n".join(lines) + "\n"


def long() -> str:
    lines = ["outcome;time;count"]
    for delay, counts in zip(DELAYS, COUNTS, strict=True):
        lines += [f"{reading};{delay};{number}" for reading, number in counts.items()]
    return "\n".join(lines) + "\n"


def seen(table: DataTable) -> list[dict[str, int]]:
    """The counts of a table, without what was not seen."""
    assert all(isinstance(one, Counts) for one in table.readings)
    numbers = [one.numbers for one in table.readings if isinstance(one, Counts)]
    return [{reading: number for reading, number in one.items() if number} for one in numbers]


def test_every_way_to_write_the_same_counts(write: Write) -> None:
    tables = [
        read_data(write("wide.csv", wide())),
        read_data(write("wide.txt", "# by hand\n\n" + wide(1000, '"duration (ns)"', "\t"))),
        read_data(write("wide.tsv", wide(1e-3, "tau_ms", ";"))),
        read_data(write("long.csv", "\ufeff" + long())),
        read_data(write("named.csv", wide(1.0, "when")), {"time": "when"}),
        read_data(write("scan.csv", wide(1000, "x_ns")), {"scan": "x_ns"}),
    ]
    for table in tables:
        assert table.values.tolist() == list(DELAYS)
        assert seen(table) == [{key: n for key, n in one.items() if n} for one in COUNTS]
        assert table.discarded == "unknown"


def test_sums_and_files_are_added(write: Write) -> None:
    first = write("first.csv", "t_us,00,01,10,11\n0.7,1,2,3,4\n1.5,9,0,0,1\n0.7,10,0,0,0\n")
    second = write("second.csv", "outcome,t_ns,count\n11,700,5\n01,1500,6\n11,700,1\n")
    table = read_data([first, second])
    assert table.values.tolist() == [0.7, 1.5]
    assert seen(table) == [{"00": 11, "01": 2, "10": 3, "11": 10}, {"00": 9, "01": 6, "11": 1}]
    assert table.places == (f"{first}, line 2", f"{first}, line 3")


def test_averages_stay_apart(write: Write) -> None:
    table = read_data(write("a.csv", "t,value,error\n0.5,0.4,0.1\n0.5,0.45,0.05\n"), counted=("01", "10"))
    assert table.values.tolist() == [0.5, 0.5]
    assert table.readings == tuple(Average(*one, {"01": 1.0, "10": 1.0}) for one in ((0.4, 0.1), (0.45, 0.05)))
    assert table.averages == 2


def test_events_and_photons_with_their_calibrations(write: Write) -> None:
    events = read_data(write("e.csv", "t,counts,shots\n1,3,1000\n1.0,4,500\n"), counted=["00"])
    assert events.readings == (Events(7, 1500, ("00",)),)
    some = read_data(write("d.csv", "t,counts,shots,discarded\n1,3,1000,9\n1,3,1000,0\n"), counted=["00"])
    assert some.readings == (Events(6, 2000, ("00",), discarded=9),)
    assert (events.discarded, some.discarded) == ("unknown", "counted")
    photons = "t,photons,shots,bright,dark\n1,30,1000,0.03,0.02\n1,3e1,1000,0.03,0.02\n1,40,1000,0.04,0.02\n"
    assert read_data(write("p.csv", photons)).readings == (
        Photons(60, 2000, 0.03, 0.02),
        Photons(40, 1000, 0.04, 0.02),
    )
    beside = read_data(write("b.csv", "t,photons,shots,bit\n1,30,1000,1\n"), bright=0.03, dark=0.02)
    assert beside.readings == (Photons(30, 1000, 0.03, 0.02, bit=1),)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("with_them", "without"),
    [
        ("t,counts,shots,discarded\n1,100,500,500\n", "t,counts,shots\n1,100,500\n"),
        ("t,0,1,discarded\n1,100,400,500\n", "t,0,1\n1,100,400\n"),
    ],
)
def test_rows_with_and_without_discarded_runs_are_not_added(
    with_them: str, without: str, turned: bool, write: Write
) -> None:
    """The sum would count the discarded runs of one file only, and change the share of those that are kept."""
    files = [write("a.csv", with_them), write("b.csv", without)]
    with pytest.raises(nv.errors.FileError, match=r"b.csv: a table must say the runs that were discarded for all rows"):
        read_data(files[::-1] if turned else files, counted=["01"] if "counts" in without else None)


def test_discarded_runs_settings_and_curves(write: Write) -> None:
    text = "delta (rad/ms),setting,00,01,10,11,discarded,t\n500,ZZ,1,2,3,4,5,1\n0,XX,1,2,3,4,5,1\n"
    table = read_data(write("s.csv", text), curve=Variable(("delta",), "rate"))
    assert table.discarded == "counted"
    assert table.settings == ("ZZ", "XX")
    assert table.curves is not None
    assert table.curves.tolist() == [0.5, 0.0]
    longer = read_data(write("d.csv", "t,outcome,count\n1,0,5\n1,discarded,3\n2,1,7\n"))
    assert longer.readings == (Counts({"0": 5, "discarded": 3}), Counts({"1": 7, "discarded": 0}))


def test_columns_of_other_names_and_those_left_aside(write: Write) -> None:
    text = "n0,n1,wait_us,operator,day\n5,6,0.3,me,monday\n"
    columns = {"0": "n0", "1": "n1", "time": "wait_us", "ignore": ["operator", "day"]}
    assert read_data(write("n.csv", text), columns).readings == (Counts({"0": 5, "1": 6}),)
    height = Variable(("magnet.height_nm", "height_nm"), "number", "nm")
    for header in ("height_nm", "magnet.height_nm", '"height (nm)"', '"height_nm (NM)"'):
        assert read_data(write("h.csv", f"{header},0,1\n20,1,2\n"), scan=height).values.tolist() == [20]


@pytest.mark.statistical
def test_a_fit_of_a_table_finds_the_truth(write: Write) -> None:
    table = read_data(write("wide.csv", wide()))
    circuits = [nv.protocols.relaxometry(delay) for delay in table.values.tolist()]
    bounds = {"a": (0.0, 20.0), "ratio": (0.0, 1.0)}
    found = nv.inference.fit(model, circuits, table.readings, {"a": 0.8, "ratio": 0.5}, bounds)
    for name, truth in {"a": 1.2, "ratio": 0.7}.items():
        assert abs(found.values[name] - truth) < sigmas(2) * found.standard_errors[name]
    by_hand = nv.inference.fit(model, CIRCUITS, COUNTS, {"a": 0.8, "ratio": 0.5}, bounds)
    assert found.values == by_hand.values


BAD: dict[str, tuple[str, str]] = {
    "empty": ("", "the file is empty"),
    "comments only": ("# nothing\n\n", "the file is empty"),
    "no rows": ("t,counts,shots\n", "there are no data below the header"),
    "no header": ("0.5,300,1000\n", "line 1: the header must name the columns"),
    "no name": ("t,,shots\n1,2,3\n", "line 1: column 2 has no name"),
    "twice": ("t,t,counts,shots\n1,1,2,3\n", 'line 1: column "t" is there twice'),
    "two times": ("t_us,tau,counts,shots\n1,1,2,3\n", 'columns "t_us" and "tau" are both scan (time)'),
    "unknown": ("t,counts,shotss\n1,2,3\n", 'column "shotss" is not known; did you mean "shots"?'),
    "no scan": ("counts,shots\n2,3\n", 'line 1: column "time", at which the rows were measured, is missing'),
    "nothing measured": ("t\n1\n", "what was measured is missing"),
    "half": ("t,counts\n1,2\n", 'column "shots" is missing, which belongs to "counts"'),
    "half an average": ("t,value\n1,2\n", 'column "error" is missing'),
    "two formats": ("t,00,01,10,11,value,error\n1,1,1,1,1,0.5,0.1\n", "columns of one format"),
    "another's column": ("t,photons,shots,discarded\n1,1,2,1\n", 'column "discarded" does not belong'),
    "setting of an average": ("t,setting,value,error\n1,ZZ,0.5,0.1\n", "must have counts of readings"),
    "wrong unit": ("t_rad_per_us,counts,shots\n1,2,3\n", 'column "t_rad_per_us": the unit must be a time'),
    "frequency": ("t_mhz,counts,shots\n1,2,3\n", "the unit must be a time in s, ms, us, ns or ps"),
    "odd unit": ('"t (fortnights)",counts,shots\n1,2,3\n', 'but is "fortnights"'),
    "missing reading": ("t,00,01,11\n1,1,1,1\n", 'column "10" is missing'),
    "zeros taken away": ("t,0,1,10,11\n1,1,1,1,1\n", "a spreadsheet takes leading zeros away"),
    "zeros taken away below": ("t,outcome,count\n1,10,5\n1,0,5\n", 'but "10" and "0" do not (a spreadsheet'),
    "zeros taken away above": ("t,outcome,count\n1,0,5\n1,10,5\n", "line 3: readings must have as many bits"),
    "fields": ("t,counts,shots\n1,2\n", "line 2: has 2 columns, but the header has 3"),
    "negative": ("t,counts,shots\n1,-2,3\n", 'line 2, column "counts": must be at least 0, but is "-2"'),
    "fraction": ("t,counts,shots\n1,2.5,3\n", 'column "counts": must be a whole number'),
    "more than shots": ("t,counts,shots\n1,4,3\n", "must be at most the shots, 3"),
    "no shots": ("t,counts,shots\n1,0,0\n", 'column "shots": must be at least 1'),
    "nan": ("t,counts,shots\nnan,0,1\n", 'column "t": must be a finite number, but is "nan"'),
    "infinite": ("t,value,error\n1,inf,0.1\n", 'column "value": must be a finite number'),
    "no cell": ("t,counts,shots\n1,,1\n", 'column "counts": the cell is empty'),
    "text": ("t,counts,shots\n1,many,1\n", 'must be a number, but is "many"'),
    "decimal comma": ("t;counts;shots\n0,5;1;2\n", "must have a point as its decimal mark, such as 0.5"),
    "grouped digits": ("t,counts,shots\n1,1_0,20\n", 'column "counts": must be a finite number'),
    "no error": ("t,value,error\n1,0.5,0\n", "must be greater than 0: it is the standard error"),
    "percent": ("t,value,error\n1,62,1\n", "must be a share from 0 to 1"),
    "bits": ("t,outcome,count\n1,0x,5\n", "must be bits such as 01, or discarded"),
    "letters": ("t,setting,outcome,count\n1,ZQ,00,5\n", "must be letters out of X, Y and Z"),
    "bits of a setting": ("t,setting,outcome,count\n1,ZZ,0,5\n", "must have 2 bits, one for each letter"),
    "letters of readings": ("t,setting,0,1\n1,ZZ,0,5\n", "must have as many letters as readings have bits, 1"),
    "no run": ("t,00,01,10,11\n1,0,0,0,0\n", "line 2: counts must hold at least one run"),
    "no calibration": ("t,photons,shots\n1,2,3\n", 'column "bright" is missing'),
    "no contrast": ("t,photons,shots,bright,dark\n1,2,3,0.1,0.1\n", "line 2: dark must differ from `bright`"),
    "negative photons": ("t,photons,shots,bright,dark\n1,2,3,-0.1,0.1\n", "must be at least 0 photons a run"),
    "huge": ("t,counts,shots\n1,1,1e13\n", "must be at most 1e+12"),
    "quotes": ('t,"counts,shots\n1,2,3\n', "not valid CSV"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_tables_are_refused_in_one_line(name: str, write: Write) -> None:
    text, said = BAD[name]
    file = write("bad.csv", text)
    with pytest.raises(nv.errors.FileError) as caught:
        read_data(file)
    message = str(caught.value)
    assert message.startswith(str(file))
    assert said in message
    assert message.endswith((".", "?"))
    assert "\n" not in message


def test_files_must_say_the_same_of_their_rows(write: Write) -> None:
    plain, discards = "t,0,1\n1,2,3\n", "t,0,1,discarded\n1,2,3,4\n"
    with pytest.raises(nv.errors.FileError, match="must say the runs that were discarded for all rows or for none"):
        read_data([write("a.csv", plain), write("b.csv", discards.replace("\n1", "\n2"))])
    with pytest.raises(nv.errors.FileError, match='must have a column "setting" in all files or in none'):
        read_data([write("a.csv", plain), write("b.csv", "t,setting,0,1\n1,Z,2,3\n")])
    with pytest.raises(nv.errors.FileError, match="a reading must have 2 bits"):
        read_data(write("a.csv", plain), bits=2)
    with pytest.raises(nv.errors.FileError, match="bright must be a column or given beside, but is both"):
        read_data(write("a.csv", "t,photons,shots,bright,dark\n1,2,3,0.2,0.1\n"), bright=0.2)
    whole = Variable(("checks",), "number", is_whole=True)
    with pytest.raises(nv.errors.FileError, match='column "checks": must be a whole number'):
        read_data(write("a.csv", "checks,0,1\n1.5,2,3\n"), scan=whole)
    with pytest.raises(nv.errors.FileError, match='the unit must be left out, but is "us"'):
        read_data(write("a.csv", "checks_us,0,1\n1,2,3\n"), scan=whole)
    with pytest.raises(nv.errors.FileError, match=r"a table of data must end in \.csv"):
        read_data(write("a.xlsx", plain))
    with pytest.raises(nv.errors.FileError, match="there is no such file"):
        read_data("nowhere.csv")


def test_bad_arguments_are_refused(write: Write) -> None:
    file = write("a.csv", "t,0,1\n1,2,3\n")
    with pytest.raises(nv.errors.ArgumentError, match="Argument `columns` must have as keys scan, curve"):
        read_data(file, {"when": "t"})
    with pytest.raises(nv.errors.ArgumentError, match="Argument `columns` must name a column once"):
        read_data(file, {"time": "t", "scan": "t"})
    with pytest.raises(nv.errors.FileError, match='column "tau", named as scan, is missing; there are t, 0, 1'):
        read_data(file, {"time": "tau"})
    with pytest.raises(nv.errors.FileError, match='column "t" says scan, as which "0" is named; ignore one'):
        read_data(file, {"time": "0"})
    with pytest.raises(nv.errors.FileError, match='column "t" is named as scan and as ignore'):
        read_data(file, {"time": "t", "ignore": "t"})
    with pytest.raises(nv.errors.ArgumentError, match="`bright` must be left out where no table counts photons"):
        read_data(file, bright=0.1)
    with pytest.raises(nv.errors.FileError, match="counted must name the readings that `counts` are of"):
        read_data(write("b.csv", "t,counts,shots\n1,2,3\n"))
    with pytest.raises(nv.errors.ArgumentError, match="`paths` must be a file, or a sequence"):
        read_data([])
    with pytest.raises(nv.errors.ArgumentError, match="`places` must have one entry for each of 1 values"):
        DataTable(np.array([1.0]), (Average(0.5, 0.1),), ())
